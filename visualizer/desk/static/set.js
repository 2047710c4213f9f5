// The view of the set list: what plays, what comes when, and its order.

import { $, choose, enter, held, put } from "/pages.js";
import { picture } from "/pictures.js";

/** Seconds as a clock has them: 0:05, 12:34, 1:02:03. */
export const clock = (seconds) => {
  const whole = Math.max(Math.round(seconds), 0);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

const MOVED = 1000; // milliseconds in which the show tells the order that a key has asked for

export class SetList {
  constructor(send) {
    this.send = send;
    const run = (command) => send({ type: "run", command });
    $("set-start").onclick = () => this.state && send({ type: "switch", command: "set_list", on: true });
    held($("set-stop"), () => send({ type: "switch", command: "set_list", on: false }));
    $("set-next").onclick = () => run("next_in_set");
    $("set-previous").onclick = () => run("previous_in_set");
    $("unattended").onclick = () => this.state && send({ type: "switch", command: "unattended", on: !this.state.on.unattended });
    $("set-add").onclick = () => this.state && choose("Add a preset", "It is added at the end, with the length of the entry before it; drag it into place",
      this.state.presets.map((each) => each.name), (place) => send({ type: "set_add", preset: place + 1 }));
    $("set-undo").onclick = () => run("undo");
    $("set-save").onclick = () => run("save_set");
    setInterval(() => this.times(), 1000);
  }

  tell(state, changed) {
    this.state = state;
    const is = (...names) => names.some((name) => changed.has(name));
    if (is("set_list", "presets")) this.list();
    if (is("set_list", "set_place", "presets", "pictures", "now")) this.now();
    if (is("on")) {
      $("set-start").hidden = state.on.set_list;
      $("set-stop").hidden = !state.on.set_list;
      $("unattended").setAttribute("aria-pressed", state.on.unattended);
    }
  }

  list() {
    const { set_list: set } = this.state;
    const none = !set.entries.length;
    $("set-none").hidden = !none;
    for (const id of ["set-controls", "entries", "set-line"]) $(id).hidden = none;
    $("set-save").disabled = none;
    $("set-save").classList.toggle("main", set.changed);
    put($("set-save"), set.changed ? "Save" : "Saved");
    $("sets").hidden = set.names.length < 2;
    $("sets").replaceChildren(...set.names.map((name, place) => {
      const button = document.createElement("button");
      button.textContent = name;
      button.setAttribute("aria-current", place + 1 === set.number);
      button.onclick = () => this.send({ type: "set_list", number: place + 1 });
      return button;
    }));
    put($("set-name"), set.name);
    this.timeline();
    const rows = JSON.stringify(set.entries.map((entry) => [entry.preset, entry.number, entry.length]));
    if (this.dragged || (rows === this.rows && !this.dropped)) return; // a hand has it, or it is the same
    this.rows = rows;
    this.dropped = false;
    const focused = [...$("entries").children].findIndex((row) => row.contains(document.activeElement));
    const part = document.activeElement?.className;
    $("entries").replaceChildren(...set.entries.map((entry, place) => this.row(entry, place)));
    if (this.refocus !== undefined) $("entries").children[this.refocus]?.querySelector(".grip").focus();
    else if (focused >= 0) $("entries").children[focused]?.getElementsByClassName(part)[0]?.focus();
    this.refocus = undefined;
  }

  timeline() {
    $("timeline").replaceChildren(...this.state.set_list.entries.map((entry) => {
      const part = document.createElement("i"), words = document.createElement("span");
      part.style.flexGrow = Math.max(entry.seconds, 1);
      words.textContent = entry.preset;
      part.append(words);
      return part;
    }));
  }

  row(entry, place) {
    const count = this.state.set_list.entries.length;
    const row = document.createElement("li");
    row.innerHTML = '<button class="grip"><span aria-hidden="true">≡</span></button>'
      + '<button class="go"><img alt="" hidden><span class="name"></span><span class="when"></span></button>'
      + '<button class="length"></button><button class="remove"><span aria-hidden="true">×</span></button>';
    const [grip, go, length, remove] = row.children;
    // Where it stands now: a hand may have moved it, and the show not have said so yet.
    const number = () => [...$("entries").children].indexOf(row) + 1;
    grip.setAttribute("aria-label", `Move ${entry.preset}, ${place + 1} of ${count}. Arrow keys move it`);
    go.querySelector(".name").textContent = entry.number ? entry.preset : `${entry.preset} (missing)`;
    go.setAttribute("aria-description", "Plays the set list from here on");
    length.textContent = entry.length.replace(/minutes?/, "min");
    length.setAttribute("aria-label", `${entry.preset}: ${entry.length}. Enter a length`);
    go.onclick = () => this.send({ type: "set_entry", number: number() });
    length.onclick = () => {
      const own = number(); // the rows may be made anew while it is typed
      enter(entry.preset, "How long it plays, such as 64 bars or 5 minutes", entry.length,
        (text) => this.send({ type: "set_length", number: own, length: text }));
    };
    remove.setAttribute("aria-label", `Hold: remove ${entry.preset}, ${place + 1} of ${count}`);
    held(remove, () => this.send({ type: "set_remove", number: number() }));
    grip.onkeydown = (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const from = number(), to = from + (by ?? 0);
      if (!by) return;
      event.preventDefault();
      // One at a time: a key that repeats would move what stands here meanwhile, and so move it back.
      const waits = this.refocus !== undefined && performance.now() - this.asked < MOVED;
      if (waits || to < 1 || to > count || !this.send({ type: "set_move", number: from, to })) return;
      [this.refocus, this.asked] = [to - 1, performance.now()];
    };
    this.drag(grip, row);
    return row;
  }

  /** The row follows the hand, others make room; on its release the show is told. */
  drag(grip, row) {
    let start = 0, height = 0, place = 0;
    const places = () => [...$("entries").children];
    const target = (event) => {
      const by = Math.round((event.clientY + $("entries").scrollTop - start) / height);
      return Math.min(Math.max(place + by, 0), places().length - 1);
    };
    const end = (event, take) => {
      if (this.dragged !== row) return;
      this.dragged = undefined;
      const to = target(event);
      places().forEach((each) => { each.style.transform = ""; each.classList.remove("dragged"); });
      if (take && to !== place) {
        $("entries").insertBefore(row, places()[to + (to > place ? 1 : 0)] ?? null); // until it is told
        this.dropped = true; // what the show says next counts
        this.send({ type: "set_move", number: place + 1, to: to + 1 });
      } else this.list();
    };
    grip.onpointerdown = (event) => {
      if (event.button || this.dragged) return;
      grip.setPointerCapture(event.pointerId);
      this.dragged = row;
      place = places().indexOf(row);
      start = event.clientY + $("entries").scrollTop;
      height = row.offsetHeight + 6;
      row.classList.add("dragged");
    };
    grip.onpointermove = (event) => {
      if (this.dragged !== row) return;
      const to = target(event);
      row.style.transform = `translateY(${event.clientY + $("entries").scrollTop - start}px)`;
      places().forEach((each, at) => {
        if (each === row) return;
        const by = at > place && at <= to ? -height : at < place && at >= to ? height : 0;
        each.style.transform = by ? `translateY(${by}px)` : "";
      });
    };
    grip.onpointerup = (event) => end(event, true);
    grip.onpointercancel = (event) => end(event, false);
  }

  now() {
    const { set_list: set, set_place: place, presets, pictures, now } = this.state;
    const entry = set.entries[place.place - 1], next = set.entries[place.next - 1];
    const interlude = entry?.number && now.preset !== entry.number;
    put($("set-now"), entry ? entry.preset : "Stopped");
    put($("set-interlude"), interlude ? `interlude: ${presets[now.preset - 1]?.name ?? "another prompt"}, played by hand` : "");
    put($("set-place"), entry ? `${place.place} / ${set.entries.length}` : "");
    put($("set-then"), next ? next.preset : entry ? "the end; its preset stays" : set.entries[0]?.preset ?? "");
    put($("set-then-caption"), entry ? `Next in ${clock(place.left)}` : "Begins with");
    [...$("entries").children].forEach((row, at) => {
      row.setAttribute("aria-current", at + 1 === place.place);
      const own = Object.keys(pictures).find((key) => key.startsWith(`${set.entries[at]?.number}.`));
      picture(row.querySelector(".go"), own ? pictures[own] : "");
    });
    [...$("timeline").children].forEach((part, at) => {
      part.setAttribute("aria-current", at + 1 === place.place);
      const gone = entry && at + 1 === place.place ? 1 - place.left / Math.max(entry.seconds, 1) : 0;
      part.style.setProperty("--gone", `${Math.min(Math.max(gone, 0), 1) * 100}%`);
    });
    this.times();
  }

  /** When each comes, from now on; once round where the set list loops. */
  times() {
    if (!this.state || $("set").hidden) return;
    const { set_list: set, set_place: place } = this.state;
    let ahead = place.place ? place.left : 0;
    const count = set.entries.length, first = place.place ? place.place : 0;
    const when = new Map();
    for (let step = 0; step < count; step++) {
      const at = (first + step) % count;
      if (at < first && !set.loops) break;
      when.set(at, ahead);
      ahead += set.entries[at].seconds;
    }
    const now = place.place - 1;
    [...$("entries").children].forEach((row, at) => {
      const seconds = when.get(at);
      const time = new Date(Date.now() + (seconds ?? 0) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
      put(row.querySelector(".when"), at === now ? `now, ${clock(place.left)} left`
        : seconds === undefined ? "played" : place.place ? `${time}, in ${clock(seconds)}` : `after ${clock(seconds)}`);
    });
    const total = set.entries.reduce((sum, entry) => sum + entry.seconds, 0);
    put($("set-total"), `${clock(total)} in total${set.loops ? ", looped" : ""}`);
  }
}
