// The view that is played.

import { Fader } from "/fader.js";
import { $, entry, held, put, tabs } from "/pages.js";

const HISTORY = "visualizer-prompts", MOST_KEPT = 30;
const GROUPS = { loop: "Loop", time: "Time", look: "Look", modulation: "Mod" };

export class Play {
  /** send(message): false where there is no line to the show. */
  constructor(tables, send) {
    this.tables = tables;
    this.send = send;
    this.rows = new Map(tables.parameters.map((row) => [row.name, row]));
    this.faders = new Map();
    this.pages();
    this.slots();
    this.commands();
    this.prompts();
    const run = (command) => send({ type: "run", command });
    $("take").onclick = () => run("next_prompt");
    $("previous").onclick = () => run("previous_prompt");
    // At the press, not at the release: a beat is when the finger comes down.
    $("tap").onpointerdown = (event) => { if (!event.button) run("tap"); };
    $("tap").onclick = (event) => { if (event.detail === 0) run("tap"); }; // by key
    $("bpm").onclick = () => this.state && entry(this.rows.get("tempo"), this.state.values.tempo, send);
    for (const name of ["blackout", "freeze", "generation"]) {
      $(name).onclick = () => this.state && send({ type: "switch", command: name, on: !this.state.on[name] });
    }
    $("beats").replaceChildren(...Array.from({ length: tables.beats_in_bar }, () => document.createElement("i")));
  }

  pages() {
    const pages = [["most", "Main", this.tables.most_played]];
    for (const row of this.tables.parameters) {
      let page = pages.find(([name]) => name === row.group);
      if (!page) pages.push(page = [row.group, GROUPS[row.group] ?? row.group, []]);
      page[2].push(row.name);
    }
    $("pages").replaceChildren(...pages.map(([name, label], place) => {
      const tab = document.createElement("button");
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", "page");
      tab.setAttribute("aria-selected", place === 0);
      tab.tabIndex = place ? -1 : 0;
      tab.dataset.page = name;
      tab.textContent = label;
      return tab;
    }));
    const show = (name) => {
      const names = pages.find((page) => page[0] === name)[2];
      $("page").replaceChildren(...names.map((each) => this.fader(each).element));
      $("page").scrollTop = 0;
      if (this.state) this.values();
    };
    tabs($("pages"), (tab) => show(tab.dataset.page));
    show("most");
  }

  fader(name) {
    if (!this.faders.has(name)) {
      const fader = new Fader(this.rows.get(name), this.send, (row, value) => entry(row, value, this.send));
      this.faders.set(name, fader);
    }
    return this.faders.get(name);
  }

  slots() {
    $("slots").replaceChildren(...Array.from({ length: this.tables.slots }, (_, place) => {
      const button = document.createElement("button"), slot = place + 1;
      button.textContent = slot;
      held(button, () => this.send({ type: "store", slot }), () => this.send({ type: "recall", slot }));
      return button;
    }));
  }

  commands() {
    const button = (name) => {
      const row = this.tables.commands.find((each) => each.name === name);
      const made = document.createElement("button");
      made.textContent = row.label;
      made.title = row.help;
      return [made, () => this.send({ type: "run", command: name })];
    };
    $("once").replaceChildren(...["new_seed", "undo", "redo"].map((name) => {
      const [made, run] = button(name);
      made.onclick = run;
      return made;
    }));
    $("held").replaceChildren(...["restart", "reset"].map((name) => {
      const [made, run] = button(name);
      made.setAttribute("aria-description", `Hold: ${made.title}`);
      held(made, run);
      return made;
    }));
  }

  prompts() {
    const field = $("prompt");
    field.maxLength = this.tables.longest_prompt;
    let kept = [];
    try { kept = JSON.parse(localStorage.getItem(HISTORY) ?? "[]"); } catch { /* nothing is kept */ }
    const list = () => $("prompt-history").replaceChildren(...kept.map((words) => new Option(words)));
    list();
    $("prompt-form").onsubmit = (event) => {
      event.preventDefault();
      const words = field.value.trim();
      if (!words || !this.send({ type: "prompt", text: words })) return;
      kept = [words, ...kept.filter((each) => each !== words)].slice(0, MOST_KEPT);
      try { localStorage.setItem(HISTORY, JSON.stringify(kept)); } catch { /* nothing is kept */ }
      list();
      field.value = "";
      field.blur();
    };
  }

  /** changed: names of sections that are new. */
  tell(state, changed) {
    this.state = state;
    const is = (...names) => names.some((name) => changed.has(name));
    if (is("values", "played", "waiting")) this.values();
    if (is("presets", "now")) this.cues();
    if (is("now")) {
      put($("now"), state.now.text || "No prompt");
      put($("place"), state.now.place);
      $("fading").style.width = `${state.now.fading % 100}%`; // a fade that is done is none
    }
    if (is("next")) {
      put($("next-caption"), state.next.caption || "Next");
      put($("next"), state.next.text || "–");
      put($("pending"), state.next.pending);
      $("gone").style.width = `${state.next.gone}%`;
    }
    if (is("on")) for (const name of ["blackout", "freeze", "generation"]) $(name).setAttribute("aria-pressed", state.on[name]);
    if (is("snapshots")) [...$("slots").children].forEach((button, place) => {
      const kept = state.snapshots.kept[place];
      button.classList.toggle("kept", kept);
      button.classList.toggle("coming", state.snapshots.coming === place + 1);
      button.setAttribute("aria-label", `Snapshot ${place + 1}, ${kept ? "kept" : "empty"}. Tap recalls, hold keeps`);
    });
    if (is("tempo")) {
      put($("bpm"), state.tempo.bpm.toFixed(1));
      $("bpm").classList.toggle("lost", state.tempo.lost);
      $("bpm").setAttribute("aria-label", `Tempo ${state.tempo.bpm.toFixed(1)} ${state.tempo.source}. Enter a value`);
    }
  }

  values() {
    const { values, played, waiting } = this.state;
    for (const [name, fader] of this.faders) {
      if (fader.element.isConnected) fader.tell(values[name], played[name], waiting[name]);
    }
  }

  cues() {
    const { presets, now } = this.state;
    const preset = presets[now.preset - 1];
    put($("preset-name"), preset?.name ?? "No preset");
    put($("prompts-of"), preset?.name ?? "");
    fill($("presets"), presets.map((each) => each.name), now.preset - 1,
      (place) => this.send({ type: "preset", number: place + 1 }));
    fill($("prompts"), preset?.prompts ?? [], now.prompt - 1,
      (place) => this.send({ type: "preset", number: this.state.now.preset, prompt: place + 1 }));
  }

  /** The light of the beat, at a show time. */
  beat(time) {
    const { bpm, origin } = this.state.tempo;
    const count = this.tables.beats_in_bar;
    const beat = ((Math.floor(origin + (time * bpm) / 60) % count) + count) % count;
    if (beat === this.lit) return;
    this.lit = beat;
    [...$("beats").children].forEach((light, place) => light.classList.toggle("on", place === beat));
  }
}

/** Buttons of names in a grid; made anew only where the names are others. */
function fill(grid, names, current, choose) {
  if (grid.dataset.names !== JSON.stringify(names)) {
    grid.dataset.names = JSON.stringify(names);
    grid.replaceChildren(...names.map((name, place) => {
      const button = document.createElement("button"), words = document.createElement("span");
      words.textContent = name;
      button.append(words);
      button.onclick = () => choose(place);
      return button;
    }));
  }
  [...grid.children].forEach((button, place) => button.setAttribute("aria-current", place === current));
}
