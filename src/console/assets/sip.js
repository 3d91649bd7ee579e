// SIP over a WebSocket (RFC 3261, RFC 7118): messages, transactions, proofs, and the registration of one telephone.
// Each message is one frame of a reliable transport: nothing is repeated.
"use strict";

const COMPACT = {
  v: "via", f: "from", t: "to", i: "call-id", m: "contact", l: "content-length", c: "content-type", e: "content-encoding",
  s: "subject", k: "supported", r: "refer-to", b: "referred-by", o: "event",
};
export const ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, UPDATE, INFO";
// Longer than any transaction of RFC 3261 (64 × T1); an INVITE may ring for as long as the box lets it.
const PATIENCE = 32000;
// Asked for; the box grants no more than the pass is good for.
const EXPIRES = 300;
const PING_EVERY = 20000;
const PONG_WITHIN = 8000;
const LONGEST_WAIT = 30000;

export const token = (bytes = 8) =>
  [...crypto.getRandomValues(new Uint8Array(bytes))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// A message as { method, uri } or { status, reason }, with headers as [name, value] and a body. Null: not one.
export function parse(text) {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const lines = text.slice(0, end).replace(/\r\n[ \t]+/g, " ").split("\r\n");
  const first = lines.shift();
  const headers = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) return null;
    const name = line.slice(0, colon).trim().toLowerCase();
    headers.push([COMPACT[name] || name, line.slice(colon + 1).trim()]);
  }
  const all = (name) => headers.filter(([other]) => other === name).map(([, value]) => value);
  const message = { headers, all, body: text.slice(end + 4), get: (name) => all(name)[0] || "" };
  const answer = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(first);
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/.exec(first);
  if (answer) return Object.assign(message, { status: Number(answer[1]), reason: answer[2] });
  if (request) return Object.assign(message, { method: request[1], uri: request[2] });
  return null;
}

// A number as an address; `+` has a place of its own in those (RFC 3261, 25.1: user-unreserved).
export const addressOf = (number, host) => `sip:${encodeURIComponent(number).replaceAll("%2B", "+")}@${host}`;
export const tagOf = (address) => (/;\s*tag=([^;\s]+)/i.exec(address.replace(/^.*>/, "")) || [])[1] || "";
export const uriOf = (address) => (/<([^>]+)>/.exec(address) || [, address.split(";")[0].trim()])[1];
// Who is meant by a From: what is to be shown of it.
export function nameAndNumber(address) {
  const name = (/^\s*"((?:[^"\\]|\\.)*)"/.exec(address) || /^\s*([^<"]*?)\s*</.exec(address) || [, ""])[1];
  const user = (/^sips?:([^@;>]+)@/i.exec(uriOf(address)) || /^tel:([^;>]+)/i.exec(uriOf(address)) || [, ""])[1];
  let number = user;
  try { number = decodeURIComponent(user); } catch { /* shown as it came */ }
  return { name: name.replace(/\\(.)/g, "$1"), number };
}
// Header values that may be a list, one by one; a comma in quotes or brackets is no end.
export const listed = (values) =>
  values.flatMap((value) => value.match(/(?:"(?:[^"\\]|\\.)*"|<[^>]*>|[^,"<])+/g) || []).map((one) => one.trim());

const hash = async (text) => {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// The proof that a challenge asks for (RFC 7616 with SHA-256, which is what the box asks browsers for).
async function proof(challenge, method, uri, pass) {
  const said = (name) => (new RegExp(`[\\s,]${name}="?([^",]*)"?`, "i").exec(challenge) || [])[1] || "";
  const [realm, nonce, cnonce] = [said("realm"), said("nonce"), token()];
  const ha1 = await hash(`${pass.user}:${realm}:${pass.password}`);
  const ha2 = await hash(`${method}:${uri}`);
  const response = await hash(`${ha1}:${nonce}:00000001:${cnonce}:auth:${ha2}`);
  return `Digest username="${pass.user}", realm="${realm}", nonce="${nonce}", uri="${uri}", algorithm=SHA-256, ` +
    `qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}"`;
}

// `fetchPass` gets a fresh pass; `onState(state, why)` hears "connecting", "ready", "lost" and "refused";
// `onRequest(request)` gets what is not answered here.
export class Line {
  constructor({ url, host, extension, fetchPass, onState, onRequest }) {
    Object.assign(this, { url, host, extension, fetchPass, onState, onRequest });
    this.me = `sip:${extension}@${host}`;
    // A page that is loaded again is the same telephone, and takes the place of the one before (RFC 5626).
    this.instance = sessionStorage.getItem("phone") || crypto.randomUUID();
    sessionStorage.setItem("phone", this.instance);
    this.contact = `<sip:${extension}@${this.instance.slice(0, 8)}.invalid;transport=ws>`;
    this.transactions = new Map();
    this.registration = { callId: `${token()}@${host}`, tag: token(4), seq: 0 };
    this.failures = 0;
    this.ready = false;
    addEventListener("online", () => { if (!this.socket) this.connect(); });
    addEventListener("offline", () => this.lost());
  }

  connect() {
    clearTimeout(this.again);
    this.onState("connecting");
    const socket = new WebSocket(this.url, "sip");
    this.socket = socket;
    socket.addEventListener("open", () => {
      this.pinging = setInterval(() => this.ping(), PING_EVERY);
      this.register();
    });
    socket.addEventListener("message", ({ data }) => { if (this.socket === socket) this.heard(data); });
    socket.addEventListener("close", () => { if (this.socket === socket) this.lost(); });
  }

  // The connection is gone, or as good as gone: it is made anew, each time after a longer wait.
  lost() {
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.close();
    clearInterval(this.pinging);
    clearTimeout(this.pong);
    clearTimeout(this.renewing);
    this.ready = false;
    const open = [...this.transactions.values()];
    this.transactions.clear();
    for (const transaction of open) transaction.fail();
    this.onState("lost");
    const wait = Math.min(1000 * 2 ** this.failures++, LONGEST_WAIT);
    clearTimeout(this.again);
    this.again = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  // A network that is gone says nothing: whoever does not answer a ping in time is not there (RFC 7118, 6; RFC 5626, 3.5.1).
  ping() {
    this.write("\r\n\r\n");
    clearTimeout(this.pong);
    this.pong = setTimeout(() => this.lost(), PONG_WITHIN);
  }

  write(text) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(text);
  }

  heard(data) {
    if (typeof data !== "string") return;
    clearTimeout(this.pong);
    const message = parse(data);
    if (!message) return;
    if (message.status) {
      const branch = (/;branch=([^;\s]+)/.exec(message.get("via")) || [])[1];
      const method = message.get("cseq").split(/\s+/)[1];
      const transaction = this.transactions.get(`${branch} ${method}`);
      if (transaction) transaction.answered(message);
      // A 200 that comes again asks for its ACK again.
      else if (message.status < 300 && method === "INVITE") this.onRequest(message);
    } else if (message.method === "OPTIONS") {
      this.answer(message, 200, "OK", [["Allow", ALLOW], ["Accept", "application/sdp"]]);
    } else {
      this.onRequest(message);
    }
  }

  // A request in the words of a dialog ({ callId, localTag, remote, seq, uri, routes }); the Via names its branch.
  compose(method, { uri, to, from, callId, seq, routes = [] }, branch, more = [], body = "") {
    const lines = [
      `${method} ${uri} SIP/2.0`, `Via: SIP/2.0/WS ${this.instance.slice(0, 8)}.invalid;branch=${branch}`, "Max-Forwards: 70",
      `From: ${from}`, `To: ${to}`, `Call-ID: ${callId}`, `CSeq: ${seq} ${method}`,
      ...routes.map((route) => `Route: ${route}`),
      ...more.map(([name, value]) => `${name}: ${value}`),
    ];
    if (body) lines.push("Content-Type: application/sdp");
    lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`, "", body);
    return lines.join("\r\n");
  }

  // Sends a request and resolves with its final answer: null if none came. Proves who we are when asked, twice at the most.
  // `dialog.seq` grows with each try. `onProvisional` hears of 1xx; `onSent` gets what a CANCEL has to name.
  async request(method, dialog, { more = [], body = "", onProvisional = () => {}, onSent = () => {} } = {}) {
    let authorization = [];
    for (let tries = 0; ; tries++) {
      dialog.seq += 1;
      const branch = `z9hG4bK${token()}`;
      const sent = { ...dialog, branch };
      const text = this.compose(method, dialog, branch, [...more, ...authorization], body);
      const waiting = this.wait(branch, method, onProvisional);
      this.write(text);
      onSent(sent);
      const answer = await waiting;
      if (answer && method === "INVITE" && answer.status >= 300) {
        this.write(this.compose("ACK", { ...sent, to: answer.get("to") }, branch));
      }
      const challenge = answer && answer.status === 401 && answer.get("www-authenticate");
      if (!challenge || tries === 2) return answer;
      // A proof that was not believed was made with a pass that is over.
      if (!this.pass || tries > 0) this.pass = await this.fetchPass();
      authorization = [["Authorization", await proof(challenge, method, dialog.uri, this.pass)]];
    }
  }

  wait(branch, method, onProvisional) {
    return new Promise((resolve) => {
      const key = `${branch} ${method}`;
      let timer = null;
      const settle = (answer) => {
        clearTimeout(timer);
        this.transactions.delete(key);
        resolve(answer);
      };
      const transaction = {
        fail: () => settle(null),
        answered: (answer) => {
          if (answer.status >= 200) return settle(answer);
          // It is being worked on: from now on the other side says when it is over.
          if (method === "INVITE") clearTimeout(timer);
          onProvisional(answer);
        },
      };
      timer = setTimeout(() => settle(null), PATIENCE);
      this.transactions.set(key, transaction);
      if (!this.socket) settle(null);
    });
  }

  answer(request, status, reason, more = [], body = "", toTag = "") {
    const to = request.get("to") + (toTag && !tagOf(request.get("to")) ? `;tag=${toTag}` : "");
    const lines = [
      `SIP/2.0 ${status} ${reason}`,
      ...request.all("via").map((via) => `Via: ${via}`),
      ...request.all("record-route").map((route) => `Record-Route: ${route}`),
      `From: ${request.get("from")}`, `To: ${to}`, `Call-ID: ${request.get("call-id")}`, `CSeq: ${request.get("cseq")}`,
      ...more.map(([name, value]) => `${name}: ${value}`),
    ];
    if (body) lines.push("Content-Type: application/sdp");
    lines.push(`Content-Length: ${new TextEncoder().encode(body).length}`, "", body);
    this.write(lines.join("\r\n"));
  }

  // Registers with a fresh pass, and again at half time.
  async register() {
    const socket = this.socket;
    try {
      this.pass = await this.fetchPass();
    } catch (error) {
      if (this.socket !== socket) return;
      // Signed out, or no longer an extension's: trying again would change nothing.
      if (error.final) {
        this.onState("refused", error.message);
        this.socket = null;
        clearInterval(this.pinging);
        if (socket) socket.close();
        return;
      }
      this.lost();
      return;
    }
    const dialog = {
      uri: `sip:${this.host}`, to: `<${this.me}>`, from: `<${this.me}>;tag=${this.registration.tag}`,
      callId: this.registration.callId, seq: this.registration.seq,
    };
    const contact = `${this.contact};+sip.instance="<urn:uuid:${this.instance}>";reg-id=1`;
    const more = [["Contact", contact], ["Expires", EXPIRES], ["Supported", "outbound, path"], ["Allow", ALLOW]];
    const answer = await this.request("REGISTER", dialog, { more });
    this.registration.seq = dialog.seq;
    if (this.socket !== socket) return;
    if (!answer || answer.status !== 200) {
      this.lost();
      return;
    }
    const mine = listed(answer.all("contact")).find((one) => one.includes(this.instance.slice(0, 8))) || "";
    const granted = Number((/;\s*expires=(\d+)/i.exec(mine) || [, EXPIRES])[1]);
    clearTimeout(this.renewing);
    this.renewing = setTimeout(() => this.register(), granted * 500);
    this.failures = 0;
    if (!this.ready) {
      this.ready = true;
      this.onState("ready");
    }
  }
}
