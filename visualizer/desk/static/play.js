// The view that is played.

import { Fader, position } from "/fader.js";
import { $, entry, held, put, tabs } from "/pages.js";
import { picture } from "/pictures.js";

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
    $("next-preview").onclick = () => run("preview_next");
    $("previous").onclick = () => run("previous_prompt");
    // At the press, not at the release: a beat is when the finger comes down.
    $("tap").onpointerdown = (event) => { if (!event.button) run("tap"); };
    $("tap").onclick = (event) => { if (event.detail === 0) run("tap"); }; // by key
    $("bpm").onclick = () => {
      const row = this.rows.get("tempo");
      if (this.state) entry(row, this.state.values.tempo, this.state.resets.tempo ?? row.default, send);
    };
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
      const fader = new Fader(this.rows.get(name), this.send, (row, value, home) => entry(row, value, home, this.send));
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
    const give = (type) => {
      const words = field.value.trim();
      if (!words || !this.send({ type, text: words })) return;
      kept = [words, ...kept.filter((each) => each !== words)].slice(0, MOST_KEPT);
      try { localStorage.setItem(HISTORY, JSON.stringify(kept)); } catch { /* nothing is kept */ }
      list();
      field.value = "";
      field.blur();
    };
    $("prompt-form").onsubmit = (event) => { event.preventDefault(); give("prompt"); };
    $("mix-in").onclick = () => give("mix");
  }

  /** changed: names of sections that are new. */
  tell(state, changed) {
    this.state = state;
    const is = (...names) => names.some((name) => changed.has(name));
    if (is("values", "played", "waiting", "resets")) this.values();
    if (is("presets", "now", "pictures")) this.cues();
    if (is("mix")) this.weights();
    if (is("played", "values", "sound")) this.meters();
    if (is("now")) {
      put($("now"), state.now.text || "No prompt");
      put($("place"), state.now.place);
      $("fading").style.width = `${state.now.fading % 100}%`; // a fade that is done is none
    }
    if (is("next")) {
      put($("next-caption"), state.next.caption || "Next");
      put($("next"), state.next.text || "–");
      put($("pending"), state.next.pending);
      this.preview(state.next);
      $("gone").style.width = `${state.next.gone}%`;
    }
    if (is("on")) for (const name of ["blackout", "freeze", "generation"]) $(name).setAttribute("aria-pressed", state.on[name]);
    if (is("snapshots")) [...$("slots").children].forEach((button, place) => {
      const kept = state.snapshots.kept[place];
      button.classList.toggle("kept", kept);
      button.classList.toggle("coming", state.snapshots.coming === place + 1);
      button.setAttribute("aria-label", `Snapshot ${place + 1}, ${kept ? "stored" : "empty"}. Tap recalls, hold stores`);
    });
    if (is("tempo")) {
      put($("bpm"), state.tempo.bpm.toFixed(1));
      $("bpm").classList.toggle("lost", state.tempo.lost);
      $("bpm").setAttribute("aria-label", `Tempo ${state.tempo.bpm.toFixed(1)} ${state.tempo.source}. Enter a value`);
    }
  }

  /** The still of the next prompt; one of the same prompt stays until it is made anew. */
  preview({ text, preview, making }) {
    const button = $("next-preview");
    if (!making || text !== this.previewed) picture(button, preview);
    this.previewed = text;
    button.disabled = !text;
    button.classList.toggle("making", making);
    put(button.querySelector("span"), making ? "Generating" : "Preview");
    button.setAttribute("aria-label", making ? "A preview is being generated" : preview ? "Preview. Generate it again" : "Preview the next prompt");
  }

  values() {
    const { values, played, waiting, resets } = this.state;
    for (const [name, fader] of this.faders) {
      if (fader.element.isConnected) fader.tell(values[name], played[name], waiting[name], resets[name]);
    }
  }

  /** A slider for each text of the prompt, where there are more than one. */
  weights() {
    const mix = [...this.state.mix].sort((a, b) => (a.text < b.text ? -1 : 1));
    const texts = JSON.stringify(mix.map((each) => each.text));
    $("mix").hidden = mix.length < 2;
    if ($("mix").dataset.texts !== texts) {
      $("mix").dataset.texts = texts;
      this.shares = mix.map(({ text }) => {
        const row = { name: text, label: text, help: `Share of the prompt: "${text}"`, low: 0, high: 1, default: 1 / mix.length,
          step: 0.05, fine: 0.01, unit: "", whole: false, digits: 2, curve: 1, travel: 0, choices: [] };
        const send = (message) => {
          const share = message.type === "set" ? message.value : fader.value + message.steps * (message.fine ? row.fine : row.step);
          this.send({ type: "weigh", text, share: Math.min(Math.max(share, 0), 1) });
        };
        const fader = new Fader(row, send, (given, value, home) => entry(given, value, home, send));
        return fader;
      });
      $("mix").replaceChildren(...(mix.length > 1 ? this.shares.map((fader) => fader.element) : []));
    }
    this.shares.forEach((fader, place) => fader.tell(mix[place].share));
  }

  /** What is heard, and what moves by itself and by how much. */
  meters() {
    const { sound, played, values } = this.state;
    const bars = sound ? ["level", "bass", "mid", "treble"].map((name) => [name, 0, sound[name]]) : [];
    for (const [name, value] of Object.entries(played)) {
      const row = this.rows.get(name), [from, to] = [position(row, values[name]), position(row, value)];
      bars.push([row.label, Math.min(from, to), Math.abs(to - from)]);
    }
    const names = JSON.stringify(bars.map(([name]) => name));
    $("no-meters").hidden = bars.length > 0;
    if ($("bars").dataset.names !== names) {
      $("bars").dataset.names = names;
      $("bars").replaceChildren(...bars.map(([name]) => {
        const bar = document.createElement("div"), label = document.createElement("span"), track = document.createElement("b");
        label.textContent = name[0].toUpperCase() + name.slice(1);
        track.append(document.createElement("i"));
        bar.append(label, track);
        return bar;
      }));
    }
    [...$("bars").querySelectorAll("i")].forEach((fill, place) => {
      fill.style.left = `${bars[place][1] * 100}%`;
      fill.style.width = `${bars[place][2] * 100}%`;
    });
  }

  cues() {
    const { presets, now, pictures } = this.state;
    const preset = presets[now.preset - 1];
    put($("preset-name"), preset?.name ?? "No preset");
    put($("prompts-of"), preset?.name ?? "");
    fill($("presets"), presets.map((each) => each.name), now.preset - 1,
      (place) => this.send({ type: "preset", number: place + 1 }),
      (place) => presets[place].prompts.map((_, at) => pictures[`${place + 1}.${at + 1}`]).find(Boolean));
    fill($("prompts"), preset?.prompts ?? [], now.prompt - 1,
      (place) => this.send({ type: "preset", number: this.state.now.preset, prompt: place + 1 }),
      (place) => pictures[`${now.preset}.${place + 1}`]);
  }

  /** The light of the beat, at a show time; gives the seconds until the next. */
  beat(time) {
    const { bpm, origin } = this.state.tempo;
    const count = this.tables.beats_in_bar;
    const beats = origin + (time * bpm) / 60, begun = Math.floor(beats);
    const beat = ((begun % count) + count) % count;
    if (beat !== this.lit) {
      this.lit = beat;
      [...$("beats").children].forEach((light, place) => light.classList.toggle("on", place === beat));
    }
    return ((begun + 1 - beats) * 60) / bpm;
  }
}

/** Buttons of names in a grid; made anew only where the names are others. */
function fill(grid, names, current, choose, pictureOf) {
  if (grid.dataset.names !== JSON.stringify(names)) {
    grid.dataset.names = JSON.stringify(names);
    grid.replaceChildren(...names.map((name, place) => {
      const button = document.createElement("button"), words = document.createElement("span");
      const image = document.createElement("img");
      image.alt = "";
      image.hidden = true;
      words.textContent = name;
      button.append(image, words);
      button.onclick = () => choose(place);
      return button;
    }));
  }
  [...grid.children].forEach((button, place) => {
    button.setAttribute("aria-current", place === current);
    picture(button, pictureOf(place));
  });
}
