// The view in which a show is set up: displays, corners, controllers, model, outputs, inputs.

import { $, held, put } from "/pages.js";
import { clock } from "/set.js";

const TEMPO_FROM = [["", "Any"], ["tap", "Tap"], ["midi clock", "MIDI clock"], ["link", "Link"], ["sound", "Sound"]];
const SEND_EVERY = 33; // milliseconds
const STEP = 0.002, LARGE = 0.02; // of the screen, by keys
const MARGIN = 0.12; // of the box around the screen, where corners may lie too

/** The CSS matrix that brings a box of width and height to four points (clockwise from its top
 * left): the projective map, by its eight unknowns. */
export function warp(width, height, points) {
  const from = [[0, 0], [width, 0], [width, height], [0, height]];
  const rows = [];
  from.forEach(([x, y], at) => {
    const [u, v] = points[at];
    rows.push([x, y, 1, 0, 0, 0, -u * x, -u * y, u], [0, 0, 0, x, y, 1, -v * x, -v * y, v]);
  });
  for (let column = 0; column < 8; column++) {
    let pivot = column;
    for (let row = column; row < 8; row++) if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < 8; row++) {
      if (row === column) continue;
      const by = rows[row][column] / rows[column][column];
      for (let each = column; each < 9; each++) rows[row][each] -= by * rows[column][each];
    }
  }
  const [a, b, c, d, e, f, g, h] = rows.map((row, at) => row[8] / row[at]);
  return `matrix3d(${[a, d, 0, g, b, e, 0, h, 0, 0, 1, 0, c, f, 0, 1].join(",")})`;
}

export class Setup {
  constructor(tables, send) {
    this.tables = tables;
    this.send = send;
    const labels = new Map([...tables.parameters, ...tables.commands].map((row) => [row.name, row.label]));
    this.label = (target) => labels.get(target) ?? target[0].toUpperCase() + target.slice(1);
    const toggle = (id, command) => { $(id).onclick = () => this.state && send({ type: "switch", command, on: !this.state.on[command] }); };
    $("identify").onclick = () => send({ type: "run", command: "identify" });
    toggle("test-card", "test_card");
    toggle("pin", "mapping");
    const record = (on) => { if (this.state && this.state.on.record !== on) send({ type: "switch", command: "record", on }); };
    held($("record"), () => record(false), () => record(true));
    $("picture-save").onclick = () => send({ type: "run", command: "picture" });
    for (const change of ["rotate", "flip_h", "flip_v"]) $(change).onclick = () => send({ type: "project", change });
    held($("pin-reset"), () => { send({ type: "project", change: "reset" }); send({ type: "project", change: "reset" }); });
    $("learn-end").onclick = () => send({ type: "switch", command: "learn", on: false });
    $("forget").onclick = () => send({ type: "run", command: "forget" });
    held($("forget-all"), () => { send({ type: "run", command: "forget_all" }); send({ type: "run", command: "forget_all" }); });
    $("find").oninput = () => this.targets();
    this.corners();
    this.rows();
    addEventListener("resize", () => this.draw());
  }

  corners() {
    this.handles = ["top left", "top right", "bottom right", "bottom left"].map((name, at) => {
      const handle = document.createElement("button");
      handle.className = "handle";
      handle.textContent = at + 1;
      handle.setAttribute("aria-label", `Corner ${at + 1}, ${name}. Drag it, or move it with the arrow keys`);
      handle.onpointerdown = (event) => {
        if (event.button || !this.state?.on.mapping) return;
        handle.setPointerCapture(event.pointerId);
        this.held = at;
      };
      handle.onpointermove = (event) => {
        if (this.held !== at) return;
        const box = $("screen").getBoundingClientRect();
        this.place(at, (event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
      };
      handle.onpointerup = handle.onpointercancel = () => { this.held = undefined; };
      handle.onkeydown = (event) => this.step(event, at);
      return handle;
    });
    $("pinned").append(...this.handles);
    // Wherever the focus is, but where arrows have another meaning.
    document.addEventListener("keydown", (event) => {
      if ($("setup").hidden || event.target.closest("input, dialog, .handle, #targets, [role=tab]")) return;
      this.step(event, (this.state?.projection.corner ?? 0) - 1);
    });
  }

  /** An arrow key moves a corner. */
  step(event, at) {
    const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!by || at < 0 || !this.state?.on.mapping) return;
    event.preventDefault();
    const [x, y] = this.state.projection.corners[at], step = event.shiftKey ? LARGE : STEP;
    this.place(at, x + by[0] * step, y + by[1] * step);
  }

  /** A corner where a hand has it: sent 30 times a second, drawn when the show has it. */
  place(at, x, y) {
    const inside = (value) => Math.min(Math.max(value, -MARGIN), 1 + MARGIN);
    this.wanted = { type: "corner", corner: at + 1, x: inside(x), y: inside(y) };
    if (this.timer) return;
    const flush = () => {
      this.timer = 0;
      if (!this.wanted) return;
      this.send(this.wanted);
      this.wanted = undefined;
      this.timer = setTimeout(flush, SEND_EVERY);
    };
    flush();
  }

  rows() {
    this.buttons = new Map(this.tables.learnable.map((target) => {
      const button = document.createElement("button"), name = document.createElement("span"), control = document.createElement("small");
      name.textContent = this.label(target);
      button.append(name, control);
      button.onclick = () => this.send({ type: "learn", target });
      return [target, button];
    }));
    $("targets").replaceChildren(...this.buttons.values());
  }

  tell(state, changed) {
    this.state = state;
    const is = (...names) => names.some((name) => changed.has(name));
    if (is("projection", "on")) this.draw();
    if (is("setup", "projection", "on", "tempo", "inputs", "sound")) this.words();
    if (is("setup")) this.targets();
    if (is("engine", "setup")) this.models();
  }

  draw() {
    if (!this.state || $("setup").hidden) return;
    const { projection, on } = this.state, box = $("screen");
    const [width, height] = [box.clientWidth, box.clientHeight];
    const points = projection.corners.map(([x, y]) => [x * width, y * height]);
    if (width) $("pinned-wall").style.transform = warp(width, height, points);
    this.handles.forEach((handle, at) => {
      handle.style.left = `${points[at][0]}px`;
      handle.style.top = `${points[at][1]}px`;
      handle.disabled = !on.mapping;
      handle.classList.toggle("chosen", projection.corner === at + 1);
    });
    for (const id of ["rotate", "flip_h", "flip_v", "pin-reset"]) $(id).disabled = !on.mapping;
    for (const id of ["flip_h", "flip_v"]) $(id).setAttribute("aria-pressed", projection[id]);
    put($("rotate"), projection.rotate ? `Rotate · ${projection.rotate}°` : "Rotate");
  }

  words() {
    const { setup, projection, on, tempo, inputs } = this.state;
    const names = JSON.stringify([setup.displays, projection.display]);
    if (this.displays !== names) {
      this.displays = names;
      $("displays").replaceChildren(...setup.displays.map((name, number) => {
        const button = document.createElement("button");
        button.textContent = `${number} · ${name}`; // as --display and Identify number them
        button.setAttribute("aria-current", name === projection.display);
        held(button, () => this.send({ type: "display", name })); // the audience would see a stray finger
        return button;
      }));
    }
    $("test-card").setAttribute("aria-pressed", on.test_card);
    $("pin").setAttribute("aria-pressed", on.mapping);
    $("record").setAttribute("aria-pressed", on.record);
    put($("record"), on.record ? `Recording ${clock(setup.recorded ?? 0)} · hold: stop` : "Record");
    put($("outputs"), setup.outputs.join(", ") || "none; start with --output");
    put($("sound-input"), setup.sound || "none");
    this.sounds();
    put($("tempo-source"), tempo.source || "this desk, keys and controllers");
    put($("plays-along"), inputs.join(", ") || "–");
    put($("midi-ports"), setup.midi.join(", ") || "no MIDI controller is connected");
    $("learn-end").hidden = $("forget").hidden = !setup.learning;
    put($("learned"), setup.learning ? setup.learned || `${this.label(setup.learning)}: move a control now` : "Tap a target, then move a control.");
  }

  /** Sound inputs, and what sets the tempo: a tap chooses. */
  sounds() {
    const { setup } = this.state;
    const button = (words, current, message) => {
      const made = document.createElement("button");
      made.textContent = words;
      made.setAttribute("aria-current", current);
      made.onclick = () => this.send(message);
      return made;
    };
    const names = JSON.stringify([setup.sounds, setup.sound, setup.tempo_from]);
    if (this.heard === names) return;
    this.heard = names;
    $("sounds").replaceChildren(
      button("Off", !setup.sound, { type: "sound", name: null }),
      ...setup.sounds.map((name) => button(name, name === setup.sound, { type: "sound", name })),
      button("Find inputs", false, { type: "find_sounds" }));
    $("tempo-from").replaceChildren(...TEMPO_FROM.map(([name, words]) =>
      button(words, name === setup.tempo_from, { type: "tempo_from", name })));
  }

  targets() {
    if (!this.state) return;
    const { setup } = this.state, wanted = $("find").value.trim().toLowerCase();
    const controls = new Map();
    for (const row of setup.controls) controls.set(row.plays, [...(controls.get(row.plays) ?? []), `${row.control}`]);
    for (const [target, button] of this.buttons) {
      const own = controls.get(target)?.join(", ") ?? "";
      put(button.lastChild, own);
      button.setAttribute("aria-pressed", target === setup.learning);
      const [name, control] = [button.firstChild.textContent.toLowerCase(), own.toLowerCase()];
      button.hidden = Boolean(wanted) && !name.includes(wanted) && !control.includes(wanted) && !target.includes(wanted);
    }
  }

  models() {
    const { engine, setup } = this.state;
    const names = JSON.stringify([setup.models, engine.model, engine.coming]);
    if (this.shown !== names) {
      this.shown = names;
      $("models").replaceChildren(...setup.models.map((name) => {
        const button = document.createElement("button");
        button.textContent = name;
        button.setAttribute("aria-current", name === engine.model);
        button.onclick = () => this.send({ type: "model", name });
        return button;
      }));
    }
    put($("model-now"), [engine.model && `${engine.model} on ${engine.device}`, engine.text].filter(Boolean).join(" · ") || "none yet");
    $("model-bar").hidden = engine.progress === null;
    $("model-progress").style.width = `${(engine.progress ?? 0) * 100}%`;
  }

  /** The wall's newest picture, as the preview has it. */
  see(link) { $("pinned-wall").src = link; }
}
