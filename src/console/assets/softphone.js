// The page "Phone": what is shown and pressed. The telephone itself is in sip.js and call.js.
"use strict";
import { Line } from "./sip.js";
import { Call } from "./call.js";

const $ = (id) => document.getElementById(`phone-${id}`);
const phone = document.getElementById("phone");
const STATES = {
  connecting: ["Connecting…", "warn"],
  ready: ["Ready", "good"],
  lost: ["Connection lost. Trying again…", "bad"],
  refused: ["Not connected", "bad"],
};
const STAGES = { calling: "Calling…", ringing: "Ringing…", incoming: "Incoming call", talking: "Talking", ended: "Call ended" };
// How long the end of a call stays in sight.
const LINGER = 6000;

let call = null;
let clearing = null;

// ---- ringing, heard here and (a call of ours) from there

class Ringer {
  constructor() {
    this.beat = null;
    this.kind = null;
  }

  // Incoming: two short rings; our own: the long tone of 440 and 480 Hz, as everybody in the country knows it.
  set(kind) {
    if (kind === this.kind) return;
    clearInterval(this.beat);
    if (this.tones) for (const tone of this.tones) tone.stop();
    Object.assign(this, { kind, tones: [] });
    if (!kind) return;
    this.context = this.context || new AudioContext();
    this.context.resume();
    const strike = kind === "incoming" ? () => { this.sound(0, 0.4); this.sound(0.6, 0.4); } : () => this.sound(0, 2);
    strike();
    this.beat = setInterval(strike, kind === "incoming" ? 3000 : 6000);
  }

  sound(after, seconds) {
    const { context } = this;
    this.tones = this.tones.filter((tone) => !tone.over);
    for (const pitch of [440, 480]) {
      const tone = context.createOscillator();
      const volume = context.createGain();
      volume.gain.value = this.kind === "incoming" ? 0.2 : 0.05;
      tone.frequency.value = pitch;
      tone.connect(volume).connect(context.destination);
      tone.start(context.currentTime + after);
      tone.stop(context.currentTime + after + seconds);
      tone.addEventListener("ended", () => { tone.over = true; });
      this.tones.push(tone);
    }
  }
}

const ringer = new Ringer();
const title = document.title;

// ---- what is shown

const clock = (since) => {
  const seconds = Math.max(0, Math.round((Date.now() - since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

function show() {
  const stage = call ? call.stage : null;
  const live = stage && stage !== "ended";
  $("call").hidden = !call;
  if (call) {
    $("with").textContent = call.name || call.number || "Number withheld";
    $("number").textContent = call.name ? call.number : "";
    const held = call.held && stage === "talking" ? "On hold. " : "";
    const said = held + (call.notice || (held ? "" : STAGES[stage]));
    // Only what is new is read out.
    if ($("stage").textContent !== said) $("stage").textContent = said;
    $("time").textContent = stage === "talking" ? clock(call.since) : "";
    $("hold").setAttribute("aria-pressed", String(call.held));
    $("hold").textContent = call.held ? "Resume" : "Hold";
    $("mute").setAttribute("aria-pressed", String(call.muted));
    $("mute").textContent = call.muted ? "Unmute" : "Mute";
  }
  $("answer").hidden = $("decline").hidden = stage !== "incoming";
  $("hold").hidden = $("mute").hidden = $("transfer").hidden = stage !== "talking";
  $("end").hidden = !live || stage === "incoming";
  $("dial-go").disabled = Boolean(live) || !line.ready;
  ringer.set(stage === "incoming" || (stage === "ringing" && !call.early) ? stage : null);
  document.title = stage === "incoming" ? `☎ ${call.name || call.number} calls` : title;
  clearTimeout(clearing);
  if (stage === "ended") clearing = setTimeout(() => { call = null; show(); }, LINGER);
}

setInterval(() => {
  if (call && call.stage === "talking") $("time").textContent = clock(call.since);
}, 1000);

function trouble(text) {
  $("trouble").textContent = text;
  $("trouble").hidden = !text;
}

// ---- the microphone

const CHOSEN = "phone-microphone";
async function microphone() {
  const chosen = localStorage.getItem(CHOSEN);
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (chosen) audio.deviceId = { ideal: chosen };
  const stream = await navigator.mediaDevices.getUserMedia({ audio });
  listMicrophones();
  return stream;
}

// Names are told only to pages that have been allowed to listen.
async function listMicrophones() {
  const select = $("microphone");
  const devices = await navigator.mediaDevices.enumerateDevices();
  const known = devices.filter((device) => device.kind === "audioinput" && device.deviceId && device.deviceId !== "default");
  const options = known.map((device, n) => new Option(device.label || `Microphone ${n + 1}`, device.deviceId));
  select.replaceChildren(select.options[0], ...options);
  select.value = known.some((device) => device.deviceId === localStorage.getItem(CHOSEN)) ? localStorage.getItem(CHOSEN) : "";
}

// ---- the line

async function fetchPass() {
  const answer = await fetch("/phone/pass", {
    method: "POST", body: new URLSearchParams({ csrf: phone.dataset.csrf }), redirect: "manual",
  });
  if (answer.ok) return answer.json();
  const error = new Error(answer.status === 403 ? "This extension is not yours any more." : "You are signed out.");
  error.final = answer.status === 403 || answer.type === "opaqueredirect";
  throw error;
}

const { hostname, protocol } = location;
const secure = protocol === "https:" || !phone.dataset.ws;
const line = new Line({
  url: secure ? `wss://${hostname}:${phone.dataset.wss}/` : `ws://${hostname}:${phone.dataset.ws}/`,
  host: hostname,
  extension: phone.dataset.extension,
  fetchPass,
  onState: (state, why) => {
    const [text, mark] = STATES[state];
    if ($("state").textContent !== text) $("state").textContent = text;
    $("state").className = `mark ${mark}`;
    trouble(state === "refused" ? `${why} Load the page again.` : "");
    // The call's sound may have gone another way all the time; the box learns our new connection by this.
    if (state === "ready" && call && call.stage === "talking") call.reoffer(true);
    show();
  },
  onRequest: (message) => {
    if (call && call.stage !== "ended" && call.owns(message)) return call.heard(message);
    if (message.status) return;
    if (message.method === "ACK") return;
    const fresh = message.method === "INVITE" && !/;\s*tag=/i.test(message.get("to").replace(/^.*>/, ""));
    if (!fresh) return line.answer(message, message.method === "BYE" ? 200 : 481, message.method === "BYE" ? "OK" : "No Such Call");
    if (call && call.stage !== "ended") return line.answer(message, 486, "Busy Here");
    call = Call.arrive(line, message, hooks);
    show();
    $("answer").focus();
  },
});
const hooks = { microphone, ear: $("ear"), changed: () => show() };

// ---- what is pressed

const dialled = (text) => text.trim().replace(/[\s().\-/]/g, "");

$("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = dialled($("to").value);
  if (!number || !line.ready || (call && call.stage !== "ended")) return;
  call = Call.dial(line, number, hooks);
  $("to").value = "";
  show();
  $("end").focus();
});
$("answer").addEventListener("click", async () => {
  await call.answer();
  $("end").focus();
});
$("decline").addEventListener("click", () => call.hangUp());
$("end").addEventListener("click", () => {
  call.hangUp();
  $("to").focus();
});
$("hold").addEventListener("click", () => call.hold(!call.held));
$("mute").addEventListener("click", () => call.mute(!call.muted));
$("transfer").addEventListener("submit", (event) => {
  event.preventDefault();
  const number = dialled($("transfer-to").value);
  if (number) call.transfer(number);
  $("transfer-to").value = "";
});

function press(key) {
  if (call && call.stage === "talking") call.press(key);
  else if (!call || call.stage === "ended") $("to").value += key;
}
for (const button of phone.querySelectorAll("[data-key]")) button.addEventListener("click", () => press(button.dataset.key));
// The keyboard's keys are the telephone's, unless something is being written.
document.addEventListener("keydown", (event) => {
  const writing = event.target.closest("input, select, textarea") || event.ctrlKey || event.altKey || event.metaKey;
  if (writing || !/^[0-9*#]$/.test(event.key) || !call || call.stage !== "talking") return;
  press(event.key);
});

$("microphone").addEventListener("change", async (event) => {
  localStorage.setItem(CHOSEN, event.target.value);
  if (call) await call.changeMicrophone();
});

addEventListener("beforeunload", (event) => { if (call && call.stage !== "ended") event.preventDefault(); });
addEventListener("pagehide", () => { if (call && call.stage !== "ended") call.hangUp(); });

if (!isSecureContext || !navigator.mediaDevices) {
  trouble("This browser lets a page use the microphone only over https. Open the console by its https address.");
  $("state").textContent = STATES.refused[0];
  $("state").className = "mark bad";
} else {
  navigator.mediaDevices.addEventListener("devicechange", listMicrophones);
  listMicrophones();
  line.connect();
}
