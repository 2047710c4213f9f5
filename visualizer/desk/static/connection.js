// The line to the show: reconnects by itself, and says how it stands.

const FIRST_WAIT = 500, LONGEST_WAIT = 5000; // milliseconds between two tries
const STALE_AFTER = 2500; // milliseconds without news: the show sends some every second
const DEAD_AFTER = 8000; // milliseconds without news, or without a line: another is opened

const KEY = "visualizer-token";

/** The token of the link that was opened, taken out of the address bar; or the one kept before. */
export function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    history.replaceState(null, "", location.pathname);
    try { localStorage.setItem(KEY, given); } catch { /* private windows may keep nothing */ }
    return given;
  }
  try { return localStorage.getItem(KEY) ?? ""; } catch { return ""; }
}

/** What a request brings to be let in. */
export const headers = () => (given ? { Authorization: `Bearer ${given}` } : {});

let given = "";

export class Connection {
  /** hear(message), see(blob), stand("green" | "yellow" | "red", words) */
  constructor(mine, { hear, see, stand }) {
    this.token = given = mine;
    this.hear = hear;
    this.see = see;
    this.stand = stand;
    this.wait = FIRST_WAIT;
    this.last = 0;
    this.began = 0;
    this.open();
    setInterval(() => this.look(), 500);
    document.addEventListener("visibilitychange", () => document.hidden || this.retry());
    addEventListener("online", () => this.retry());
  }

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  send(message) {
    if (!this.isOpen) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  open() {
    clearTimeout(this.timer);
    this.timer = 0;
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const protocols = ["visualizer", ...(this.token ? [`token.${this.token}`] : [])];
    let socket;
    try {
      socket = new WebSocket(`${scheme}//${location.host}/api/socket`, protocols);
    } catch { // a token with signs that none has
      this.stand("red", "Invalid link");
      return;
    }
    this.socket = socket;
    this.began = Date.now();
    socket.binaryType = "blob";
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return;
      this.last = Date.now();
      this.wait = FIRST_WAIT;
      if (typeof data === "string") this.hear(JSON.parse(data)); else this.see(data);
    };
    socket.onclose = () => {
      if (socket !== this.socket) return;
      this.timer = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 1.6, LONGEST_WAIT);
      this.ask();
    };
  }

  retry() {
    if (!this.timer) return;
    this.wait = FIRST_WAIT;
    this.open();
  }

  look() {
    if (!this.timer && Date.now() - Math.max(this.last, this.began) > DEAD_AFTER) this.drop();
    if (!this.isOpen) return;
    if (Date.now() - this.last < STALE_AFTER) this.stand("green", "Connected");
    else this.stand("yellow", "No response");
  }

  /** A network that was lost closes no socket: a browser that only hears would wait for ever. */
  drop() {
    const dead = this.socket;
    this.open();
    dead?.close();
  }

  /** A browser does not tell why a socket was refused; a request does. */
  async ask() {
    this.stand("yellow", "Connecting");
    try {
      const answer = await fetch("/api/tables", { headers: headers() });
      if (!answer.ok) this.stand("red", (await answer.json()).error);
    } catch {
      this.stand("red", "Show not found");
    }
  }
}
