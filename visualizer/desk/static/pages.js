// Parts of both views: tabs, buttons that are held, and the dialog for an exact value.

import { text } from "/fader.js";

const HELD = 600; // milliseconds

export const $ = (id) => document.getElementById(id);

/** Text into an element, where it is another: screen readers say each change. */
export function put(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** Tabs of a list: click, arrows. choose(tab) */
export function tabs(list, choose) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const select = (tab) => {
    for (const each of all) {
      each.setAttribute("aria-selected", each === tab);
      each.tabIndex = each === tab ? 0 : -1;
    }
    choose(tab);
  };
  all.forEach((tab, place) => {
    tab.onclick = () => select(tab);
    tab.onkeydown = (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!by) return;
      const next = all[(place + by + all.length) % all.length];
      next.focus();
      select(next);
    };
  });
}

/** A button that does something when it is held, and something else (or nothing) when tapped. A
 * screen reader's own click can't be held: it taps, or does it where a tap does nothing. */
export function held(button, done, tapped) {
  let timer = 0;
  button.classList.add("hold");
  const begin = () => {
    if (timer) return;
    button.classList.add("holding");
    timer = setTimeout(() => { end(); done(); }, HELD);
  };
  const end = () => {
    clearTimeout(timer);
    timer = 0;
    button.classList.remove("holding");
  };
  button.onpointerdown = (event) => { if (!event.button) { button.setPointerCapture(event.pointerId); begin(); } };
  button.onpointerup = () => { if (timer) { end(); tapped?.(); } };
  button.onpointercancel = button.onblur = end;
  button.oncontextmenu = (event) => event.preventDefault();
  const plays = (event) => event.key === "Enter" || event.key === " ";
  button.onkeydown = (event) => { if (plays(event)) { event.preventDefault(); if (!event.repeat) begin(); } };
  button.onkeyup = (event) => {
    if (!plays(event)) return;
    event.preventDefault();
    if (timer) { end(); tapped?.(); }
  };
  button.onclick = (event) => { if (event.detail === 0) (tapped ?? done)(); }; // keys make no click here
}

/** Ask for a text; done(text). */
export function enter(label, help, value, done) {
  const dialog = $("entry"), field = $("entry-value");
  $("entry-label").textContent = label;
  $("entry-help").textContent = help;
  $("entry-choices").replaceChildren();
  field.hidden = $("entry-set").hidden = false;
  $("entry-default").hidden = true;
  field.inputMode = "text";
  field.value = value;
  $("entry-cancel").onclick = () => dialog.close();
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    if (!field.value.trim()) return;
    done(field.value.trim());
    dialog.close();
  };
  dialog.showModal();
  field.select();
}

/** Ask for one of some names; done(place). */
export function choose(label, help, names, done) {
  const dialog = $("entry");
  $("entry-label").textContent = label;
  $("entry-help").textContent = help;
  $("entry-value").hidden = $("entry-set").hidden = $("entry-default").hidden = true;
  $("entry-choices").replaceChildren(...names.map((name, place) => {
    const button = document.createElement("button"), words = document.createElement("span");
    button.type = "button";
    words.textContent = name;
    button.append(words);
    button.onclick = () => { done(place); dialog.close(); };
    return button;
  }));
  $("entry-cancel").onclick = () => dialog.close();
  dialog.querySelector("form").onsubmit = (event) => event.preventDefault();
  dialog.showModal();
}

/** Ask for an exact value; home: what a reset brings; send(message). */
export function entry(row, value, home, send) {
  const dialog = $("entry"), field = $("entry-value"), choices = $("entry-choices");
  $("entry-default").hidden = false;
  field.inputMode = "decimal";
  $("entry-label").textContent = row.label;
  const range = row.choices.length ? "" : ` · ${row.low} to ${row.high} ${row.unit}`.trimEnd();
  $("entry-help").textContent = row.help + range;
  field.hidden = $("entry-set").hidden = row.choices.length > 0;
  field.value = String(Number(value.toFixed(Math.max(row.digits, 3))));
  const set = (given) => {
    send({ type: "set", parameter: row.name, value: given });
    dialog.close();
  };
  choices.replaceChildren(...row.choices.map((name, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = name;
    button.setAttribute("aria-pressed", place === value);
    button.onclick = () => set(place);
    return button;
  }));
  $("entry-default").textContent = `${home === row.default ? "Default" : "Preset"}: ${text(row, home)}`;
  $("entry-default").onclick = () => set(home);
  $("entry-cancel").onclick = () => dialog.close();
  dialog.querySelector("form").onsubmit = (event) => {
    event.preventDefault();
    const number = Number(field.value.trim().replace(",", ".").replace("−", "-"));
    if (field.value.trim() && Number.isFinite(number)) set(number); else field.select();
  };
  dialog.showModal();
  if (!field.hidden) field.select();
}
