// The desk: the line to the show, and the views of it.

import { Connection, token } from "/connection.js";
import { $, put, tabs } from "/pages.js";
import { Play } from "/play.js";
import { SetList } from "/set.js";
import { Setup } from "/setup.js";
import { Watch } from "/watch.js";

const SAYS = 6000; // milliseconds that a line can be read; the log keeps it
const LOOK = 0.05; // seconds after which a beat may have been tapped again
const SHOWN = 1000; // milliseconds after which the picture before is let go of

const watch = new Watch();
let version, play, set, setup, state, clock = 0, quiet = 0;

const connection = new Connection(token(), { hear, see, stand });
const send = (message) => connection.send(message);

const merged = (name) => name === "values" || name === "on";

function hear(message) {
  switch (message.type) {
    case "hello":
      if (version && version !== message.tables.version) return anew();
      version = message.tables.version;
      document.body.classList.toggle("view", message.role === "view");
      play ??= new Play(message.tables, send);
      set ??= new SetList(send);
      setup ??= new Setup(message.tables, send);
      wantPreview();
      break;
    case "state":
      state = message.state;
      clock = message.time - performance.now() / 1000;
      $("log").replaceChildren();
      tell(new Set(Object.keys(state)));
      break;
    case "change":
      for (const [name, value] of Object.entries(message.changes)) {
        state[name] = merged(name) ? { ...state[name], ...value } : value;
      }
      clock = following(message.time - performance.now() / 1000);
      tell(new Set(Object.keys(message.changes)));
      break;
    case "line":
      watch.line(message);
      if (clock + performance.now() / 1000 - message.time < SAYS / 1000) say(message.text); // none of before
      break;
    case "error":
      say(message.text);
  }
}

/** Another version of the show has other pages: load them, with the token, which may not be kept. */
function anew() {
  if (connection.token) history.replaceState(null, "", `#token=${encodeURIComponent(connection.token)}`);
  location.reload();
}

/** Show time against ours. News that was long on its way would hold the beat back, so drift is let
 * in slowly; a show that stood still is followed at once. */
function following(offset) {
  return Math.abs(offset - clock) > 0.5 ? offset : Math.max(offset, clock - 0.002);
}

function tell(changed) {
  play.tell(state, changed);
  set.tell(state, changed);
  setup.tell(state, changed);
  watch.tell(state);
  const { engine, live } = state;
  const loads = engine.progress === null ? "" : ` ${Math.round(engine.progress * 100)} %`;
  put($("model"), engine.text ? `${engine.text}${loads}` : `${engine.model} ${engine.fps ? engine.fps.toFixed(1) + " fps" : ""}`);
  if (!live) $("picture").hidden = $("set-wall").hidden = true;
  $("no-picture").hidden = !$("picture").hidden;
}

/** A line over all views, for a while: what the show has said, or why something was not done. */
function say(line) {
  put($("message"), line);
  clearTimeout(quiet);
  quiet = setTimeout(() => put($("message"), ""), SAYS);
}

let shown = "";

function see(blob) {
  const picture = $("picture"), before = shown;
  shown = URL.createObjectURL(blob);
  if (before) setTimeout(() => URL.revokeObjectURL(before), SHOWN); // also where it never was decoded
  picture.src = shown;
  setup?.see(shown);
  $("set-wall").src = shown;
  $("set-wall").hidden = false;
  picture.hidden = false;
  $("no-picture").hidden = true;
}

function stand(colour, words) {
  $("connection").querySelector(".dot").className = `dot ${colour}`;
  put($("connected"), words);
  document.body.classList.toggle("stale", colour !== "green");
}

/** Pictures only while they are seen. */
function wantPreview() {
  const seen = !document.hidden && (!$("setup").hidden || !$("set").hidden || (!$("play").hidden && !$("preview").hidden));
  send({ type: "preview", on: seen });
}

$("preview-toggle").onclick = () => {
  const open = $("preview").hidden;
  $("preview").hidden = !open;
  $("preview-toggle").setAttribute("aria-expanded", open);
  $("wall").classList.toggle("closed", !open);
  wantPreview();
};

tabs(document.querySelector("nav"), (tab) => {
  for (const name of ["play", "set", "setup", "watch"]) $(name).hidden = tab.id !== `tab-${name}`;
  wantPreview();
  watch.draw();
  watch.graph();
  set?.times();
  setup?.draw();
});

let lock;

/** A tablet must not go to sleep; browsers allow this only over https and on this machine. */
async function stayAwake() {
  try { lock = await navigator.wakeLock?.request("screen"); } catch { lock = undefined; }
}

document.addEventListener("visibilitychange", () => {
  wantPreview();
  if (!document.hidden) stayAwake();
});
stayAwake();

/** The light of the beat, at each beat: with every picture of the screen, it would keep a tablet's
 * processor awake. */
(function light() {
  const stands = !state || document.hidden || document.body.classList.contains("stale");
  const next = stands ? LOOK : play.beat(clock + performance.now() / 1000);
  setTimeout(light, 1000 * Math.min(next, LOOK) + 1);
})();
