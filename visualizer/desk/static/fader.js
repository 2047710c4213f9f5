// A parameter as a fader: relative drag, fine with Shift or a second finger, double tap resets,
// exact entry. The row of the show's table says all that it needs to know.

const SEND_EVERY = 33; // milliseconds
const DOUBLE = 350; // milliseconds between two taps
const FINE = 0.1; // share of the travel with Shift or a second finger
const SETTLES = 400; // milliseconds after a hand, in which the show's answer is on its way

export const clamp = (row, value) => {
  const inside = Math.min(Math.max(value, row.low), row.high);
  return row.whole ? Math.round(inside) : inside;
};

/** The ends of what a fader plays at a value (Parameter._span). */
const span = (row, value) => {
  if (!row.travel) return [row.low, row.high];
  const low = Math.floor(value / row.travel) * row.travel;
  return [low, Math.min(low + row.travel - 1, row.high)];
};

export const position = (row, value) => {
  const [low, high] = span(row, value);
  return ((clamp(row, value) - low) / (high - low)) ** (1 / row.curve);
};

export const valueAt = (row, place, near) => {
  const [low, high] = span(row, near);
  return clamp(row, low + (high - low) * Math.min(Math.max(place, 0), 1) ** row.curve);
};

export const text = (row, value) => {
  if (row.choices.length) return row.choices[clamp(row, value)];
  const number = value.toFixed(row.digits).replace("-", "−");
  return row.unit ? `${number} ${row.unit}` : number;
};

export class Fader {
  /** send(message); enter(row, value, home): asks for an exact value. home: what a reset brings. */
  constructor(row, send, enter) {
    this.row = row;
    this.send = send;
    this.value = this.home = this.told = row.default;
    this.played = this.waiting = undefined;
    this.touched = 0;
    this.pointers = new Map();
    const element = document.createElement("div");
    element.className = "fader";
    element.title = row.help;
    element.innerHTML = '<div class="track" role="slider" tabindex="0"><div class="fill"></div>'
      + '<div class="mark played" hidden></div><div class="mark waiting" hidden></div>'
      + '<span class="label"></span></div><button></button>';
    this.element = element;
    this.track = element.querySelector(".track");
    this.fill = element.querySelector(".fill");
    this.marks = { played: element.querySelector(".played"), waiting: element.querySelector(".waiting") };
    this.button = element.querySelector("button");
    element.querySelector(".label").textContent = row.label;
    this.track.setAttribute("aria-label", row.label);
    this.track.setAttribute("aria-description", row.help);
    this.track.setAttribute("aria-valuemin", row.low);
    this.track.setAttribute("aria-valuemax", row.high);
    this.track.dataset.parameter = row.name;
    this.button.onclick = () => enter(row, this.value, this.home);
    this.track.onpointerdown = (event) => this.down(event);
    this.track.onpointermove = (event) => this.move(event);
    this.track.onpointerup = this.track.onpointercancel = (event) => this.up(event);
    this.track.onkeydown = (event) => this.key(event, enter);
    this.draw();
  }

  /** What the show says: value, played by a modulation (or undefined), a waiting knob's place, and
   * the preset's own value (or undefined). */
  tell(value, played, waiting, home) {
    this.home = home ?? this.row.default;
    const own = this.pointers.size > 0 || performance.now() - this.touched < SETTLES;
    this.told = value;
    const next = own ? this.value : value;
    if (next === this.value && played === this.played && waiting === this.waiting) return;
    [this.value, this.played, this.waiting] = [next, played, waiting];
    this.draw();
  }

  draw() {
    const { row, value } = this;
    const at = position(row, value) * 100;
    const zero = row.low < 0 ? position(row, 0) * 100 : 0;
    this.fill.style.left = `${Math.min(zero, at)}%`;
    this.fill.style.width = `${Math.abs(at - zero)}%`;
    for (const [name, place] of [
      ["played", this.played === undefined ? undefined : position(row, this.played)],
      ["waiting", this.waiting],
    ]) {
      this.marks[name].hidden = place === undefined;
      if (place !== undefined) this.marks[name].style.left = `${place * 100}%`;
    }
    const words = text(row, value);
    this.button.textContent = words;
    this.button.setAttribute("aria-label", `${row.label}: ${words}. Enter a value`);
    this.track.setAttribute("aria-valuenow", value);
    this.track.setAttribute("aria-valuetext", words);
  }

  down(event) {
    if (event.button) return;
    this.track.setPointerCapture(event.pointerId);
    if (!this.pointers.size) {
      this.first = event.pointerId;
      this.place = position(this.row, this.value);
      this.moved = 0;
    }
    this.pointers.set(event.pointerId, event.clientX);
    this.element.classList.toggle("fine", this.pointers.size > 1 || event.shiftKey);
  }

  move(event) {
    const before = this.pointers.get(event.pointerId);
    if (before === undefined) return;
    const fine = this.pointers.size > 1 || event.shiftKey;
    this.element.classList.toggle("fine", fine);
    const by = event.clientX - before;
    this.pointers.set(event.pointerId, event.clientX);
    if (event.pointerId !== this.first && this.pointers.has(this.first)) return;
    this.moved += Math.abs(by);
    this.place = Math.min(Math.max(this.place + (by / this.track.clientWidth) * (fine ? FINE : 1), 0), 1);
    if (this.moved > 3) this.set(valueAt(this.row, this.place, this.value));
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    if (this.pointers.size) {
      this.first = [...this.pointers.keys()][0];
      return;
    }
    this.element.classList.remove("fine");
    this.touch();
    const isTap = event.type === "pointerup" && this.moved <= 3;
    if (isTap && event.timeStamp - (this.tapped ?? -1e9) < DOUBLE) {
      this.set(this.home);
      this.tapped = undefined;
    } else this.tapped = isTap ? event.timeStamp : undefined;
  }

  /** After a hand, the show has the word: another hand may have been last, or it was refused. */
  settle() {
    if (this.pointers.size || performance.now() - this.touched < SETTLES) return;
    this.tell(this.told, this.played, this.waiting, this.home);
  }

  key(event, enter) {
    const steps = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 }[event.key];
    if (steps) this.send({ type: "nudge", parameter: this.row.name, steps, fine: event.shiftKey });
    else if (event.key === "Home") this.set(this.row.low);
    else if (event.key === "End") this.set(this.row.high);
    else if (event.key === "Delete" || event.key === "Backspace") this.set(this.home);
    else if (event.key === "Enter") enter(this.row, this.value, this.home);
    else return;
    event.preventDefault();
  }

  /** A hand is on it. */
  touch() {
    this.touched = performance.now();
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settle(), SETTLES + 50);
  }

  /** A hand has set it: shown at once, sent 30 times a second. */
  set(value) {
    this.value = value;
    this.touch();
    this.draw();
    if (this.timer) return;
    this.flush();
    this.timer = setTimeout(() => {
      this.timer = 0;
      if (this.sent !== this.value) this.flush();
    }, SEND_EVERY);
  }

  flush() {
    this.sent = this.value;
    this.send({ type: "set", parameter: this.row.name, value: this.value });
  }
}
