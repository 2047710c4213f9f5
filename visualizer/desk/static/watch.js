// The view that is watched: figures, the last minute, the log.

import { $ } from "/pages.js";

const SECONDS = 60, MOST_LINES = 200;
const COLOURS = { engine: "#68d3ff", display: "#69db8b" };

const gigabytes = (megabytes) => `${(megabytes / 1000).toFixed(megabytes < 10000 ? 2 : 1)} GB`;

export class Watch {
  constructor() {
    this.minute = [];
    setInterval(() => this.sample(), 1000);
  }

  tell(state) {
    this.state = state;
    if (!$("watch").hidden) this.draw();
  }

  draw() {
    if (!this.state) return;
    const { engine, display, machine, inputs, desks } = this.state;
    const figures = [
      ["Engine fps", engine.fps ? engine.fps.toFixed(1) : "–"],
      ["Wall fps", display.fps.toFixed(1)],
      ["Wall p99", display.p99 ? `${display.p99.toFixed(1)} ms` : "–"],
      ["Late frames", display.late],
      ["Latency", engine.latency ? `${engine.latency} ms` : "–"],
      ["Memory", gigabytes(machine.memory)],
      ...(engine.gpu_total ? [["GPU memory", `${gigabytes(engine.gpu_used)} of ${gigabytes(engine.gpu_total)}`]] : []),
      ["Processor", `${machine.processor} %`],
      ["Temperature", machine.temperature === null ? "–" : `${machine.temperature} °C`],
      ["Seed", engine.seed ?? "–"],
      ["Desks", desks],
      ["Model", engine.model || "–", true],
      ["Device", engine.device || "–", true],
      ["Renderer", display.renderer || "–", true],
      ["Engine", [engine.phase, engine.text].filter(Boolean).join(": "), true],
      ["Inputs", inputs.join(", ") || "–", true],
    ];
    $("figures").replaceChildren(...figures.map(([name, value, isLong]) => {
      const group = document.createElement("div");
      const [term, given] = [document.createElement("dt"), document.createElement("dd")];
      term.textContent = name;
      given.textContent = value;
      given.classList.toggle("long", Boolean(isLong));
      group.append(term, given);
      return group;
    }));
  }

  /** Old figures make no line: where there is no news there is a gap. */
  sample() {
    const isOld = document.body.classList.contains("stale");
    this.minute.push(isOld || !this.state ? null : { engine: this.state.engine.fps, display: this.state.display.fps });
    this.minute = this.minute.slice(-SECONDS);
    if (!$("watch").hidden) this.graph();
  }

  graph() {
    const canvas = $("graph"), pen = canvas.getContext("2d");
    const { width, height } = canvas;
    const most = Math.max(70, ...this.minute.map((each) => (each ? Math.max(each.engine, each.display) : 0)));
    const y = (value) => height - 10 - (value / most) * (height - 30);
    pen.clearRect(0, 0, width, height);
    pen.font = "26px system-ui, sans-serif";
    pen.fillStyle = "#969db0";
    pen.strokeStyle = "#363a48";
    for (const line of [30, 60]) {
      pen.beginPath();
      pen.moveTo(60, y(line));
      pen.lineTo(width, y(line));
      pen.stroke();
      pen.fillText(line, 14, y(line) + 9);
    }
    pen.lineWidth = 5;
    for (const [name, colour] of Object.entries(COLOURS)) {
      pen.strokeStyle = colour;
      pen.beginPath();
      let pendown = false;
      this.minute.forEach((each, place) => {
        if (!each) { pendown = false; return; }
        const x = width - ((this.minute.length - 1 - place) / (SECONDS - 1)) * (width - 70);
        pen[pendown ? "lineTo" : "moveTo"](x, y(each[name]));
        pendown = true;
      });
      pen.stroke();
    }
    pen.lineWidth = 1;
  }

  line({ time, text }) {
    const item = document.createElement("li"), stamp = document.createElement("time");
    const minutes = Math.floor(time / 60);
    stamp.textContent = `${minutes}:${String(Math.floor(time % 60)).padStart(2, "0")}`;
    item.append(stamp, text);
    const log = $("log"), atEnd = log.scrollTop + log.clientHeight > log.scrollHeight - 40;
    log.append(item);
    while (log.children.length > MOST_LINES) log.firstChild.remove();
    if (atEnd) log.scrollTop = log.scrollHeight;
  }
}
