// One call of the telephone in the browser: its dialog (RFC 3261, 12), and its sound by WebRTC.
"use strict";
import { ALLOW, addressOf, listed, nameAndNumber, tagOf, token, uriOf } from "./sip.js";

// An address that is found late is of no use in an office's own network.
const GATHER_WITHIN = 1500;

// What a person is told when a call has not come about, by the status of RFC 3261.
const WORDS = {
  403: "That number may not be called.", 404: "There is no such number.", 408: "No answer.", 480: "Nobody is there.",
  484: "That number is not complete.", 486: "Busy.", 487: "Given up.", 488: "No common way to talk was found.",
  503: "All lines are busy.", 600: "Busy.", 603: "The call was declined.",
};
const words = (answer) => (answer ? WORDS[answer.status] || `The call failed (${answer.status}).` : "The box did not answer.");

// Told through `changed()`, after every change; `stage` is one of calling, ringing, incoming, talking and ended.
export class Call {
  constructor(line, { microphone, ear, changed }) {
    Object.assign(this, { line, microphone, ear, changed });
    this.stage = "calling";
    this.held = false;
    this.muted = false;
    this.notice = "";
    this.tag = token(4);
  }

  // ---- from here

  static dial(line, number, hooks) {
    const call = new Call(line, hooks);
    Object.assign(call, { name: "", number, mine: true });
    call.dialog = {
      uri: addressOf(number, line.host), to: `<${addressOf(number, line.host)}>`,
      from: `<${line.me}>;tag=${call.tag}`, callId: `${token()}@${line.host}`, seq: 0,
    };
    call.begin();
    return call;
  }

  async begin() {
    this.changed();
    const offer = await this.sound(() => this.offer());
    if (!offer || this.stage === "ended") return;
    const answer = await this.line.request("INVITE", this.dialog, {
      more: [["Contact", this.line.contact], ["Allow", ALLOW]],
      body: offer,
      onSent: (sent) => {
        this.invite = sent;
      },
      onProvisional: (progress) => this.progressed(progress),
    });
    if (!answer || answer.status >= 300) return this.end(this.givenUp ? "" : words(answer));
    this.established(answer, answer.get("to"), answer.all("record-route").reverse());
    this.acknowledge(answer);
    // The other side answered while we gave up.
    if (this.givenUp) return this.bye();
    // What has been described in a 183 need not be described again.
    if (!(await this.sound(() => this.take("answer", answer.body || this.early)))) return;
    this.talk();
  }

  async progressed(progress) {
    if (progress.status === 100) return;
    this.alive = true;
    if (this.givenUp) return this.cancel();
    if (this.stage === "calling") this.stage = "ringing";
    if (progress.body && !this.early) {
      this.early = progress.body;
      await this.sound(() => this.take("pranswer", progress.body));
    }
    this.changed();
  }

  cancel() {
    if (this.cancelled) return;
    this.cancelled = true;
    this.line.write(this.line.compose("CANCEL", this.invite, this.invite.branch));
  }

  acknowledge(answer) {
    const seq = Number.parseInt(answer.get("cseq"), 10);
    this.line.write(this.line.compose("ACK", { ...this.dialog, seq }, `z9hG4bK${token()}`));
  }

  // ---- from the other side

  static arrive(line, request, hooks) {
    const call = new Call(line, hooks);
    Object.assign(call, nameAndNumber(request.get("from")), { stage: "incoming", request, mine: false });
    call.dialog = {
      from: `${request.get("to")};tag=${call.tag}`, callId: request.get("call-id"), seq: Math.floor(Math.random() * 9000) + 1,
    };
    call.established(request, request.get("from"), request.all("record-route"));
    line.answer(request, 180, "Ringing", [["Contact", line.contact]], "", call.tag);
    call.changed();
    return call;
  }

  async answer() {
    if (this.stage !== "incoming" || this.answering) return;
    this.answering = true;
    const answer = await this.sound(() =>
      this.request.body ? this.take("offer", this.request.body) : this.offer());
    if (!answer || this.stage !== "incoming") return;
    this.line.answer(this.request, 200, "OK", [["Contact", this.line.contact], ["Allow", ALLOW]], answer, this.tag);
    this.wantsAnswer = !this.request.body;
    this.talk();
  }

  // ---- in the call

  established(message, remote, routes) {
    Object.assign(this.dialog, { to: remote, remoteTag: tagOf(remote), routes: listed(routes) });
    this.dialog.uri = uriOf(listed(message.all("contact"))[0] || this.dialog.to);
  }

  talk() {
    this.stage = "talking";
    this.since = Date.now();
    this.changed();
  }

  owns(message) {
    return message.get("call-id") === this.dialog.callId;
  }

  // What comes in this dialog.
  async heard(message) {
    const { line } = this;
    if (message.status) return this.stage === "talking" ? this.acknowledge(message) : undefined;
    switch (message.method) {
      case "CANCEL": {
        line.answer(message, 200, "OK", [], "", this.tag);
        if (this.stage !== "incoming") return;
        line.answer(this.request, 487, "Request Terminated", [], "", this.tag);
        const elsewhere = /cause\s*=\s*200/.test(message.all("reason").join());
        return this.end(elsewhere ? "Answered elsewhere." : "The caller has hung up.");
      }
      case "ACK":
        if (this.wantsAnswer && message.body) {
          this.wantsAnswer = false;
          await this.sound(() => this.take("answer", message.body));
        }
        return;
      case "BYE":
        line.answer(message, 200, "OK");
        return this.end("The call has ended.");
      case "INVITE":
        return this.reoffered(message);
      case "NOTIFY":
        line.answer(message, 200, "OK");
        return this.transferTold(message);
      case "UPDATE":
      case "INFO":
        return line.answer(message, 200, "OK", [["Contact", line.contact]]);
      default:
        return line.answer(message, 405, "Method Not Allowed", [["Allow", ALLOW]]);
    }
  }

  async reoffered(request) {
    if (this.offering) return this.line.answer(request, 491, "Request Pending");
    try {
      const body = request.body ? await this.take("offer", request.body) : await this.offer();
      this.wantsAnswer = !request.body;
      this.line.answer(request, 200, "OK", [["Contact", this.line.contact], ["Allow", ALLOW]], body);
    } catch {
      this.line.answer(request, 488, "Not Acceptable Here");
    }
  }

  // Describes our sound anew: another direction, or another way to it. One after the other (RFC 3261, 14.1).
  reoffer(restart = false) {
    const turn = (this.turn || Promise.resolve()).then(() => this.reofferNow(restart));
    this.turn = turn;
    return turn;
  }

  async reofferNow(restart, again = false) {
    if (this.stage !== "talking") return false;
    this.offering = true;
    try {
      const offer = await this.offer(restart);
      const more = [["Contact", this.line.contact], ["Allow", ALLOW]];
      const answer = await this.line.request("INVITE", this.dialog, { more, body: offer });
      if (answer && answer.status < 300) {
        this.acknowledge(answer);
        await this.take("answer", answer.body);
        return true;
      }
      if (this.stage === "ended") return false;
      await this.peer.setLocalDescription({ type: "rollback" });
      // The other side was describing its own at this moment: it goes first.
      if (answer && answer.status === 491 && !again) {
        this.offering = false;
        await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1500));
        return this.reofferNow(restart, true);
      }
      // The other side knows of no call any more (RFC 3261, 12.2.1.2).
      if (answer && [408, 481].includes(answer.status)) this.end("The call was lost.");
    } catch (error) {
      console.warn(error);
    } finally {
      this.offering = false;
    }
    return false;
  }

  async hold(held) {
    if (this.stage !== "talking" || this.held === held) return;
    const [sound] = this.peer.getTransceivers();
    this.notice = "";
    sound.direction = held ? "sendonly" : "sendrecv";
    this.held = held;
    this.hush();
    this.changed();
    if (await this.reoffer()) return;
    sound.direction = held ? "sendrecv" : "sendonly";
    this.held = !held;
    this.hush();
    this.notice = held ? "The call could not be held." : "The call could not be taken back. Try again.";
    this.changed();
  }

  mute(muted) {
    this.muted = muted;
    this.hush();
    this.changed();
  }

  hush() {
    for (const track of this.stream ? this.stream.getTracks() : []) track.enabled = !this.muted && !this.held;
  }

  press(key) {
    const sender = this.peer && this.peer.getSenders()[0];
    if (sender && sender.dtmf && sender.dtmf.canInsertDTMF) sender.dtmf.insertDTMF(sender.dtmf.toneBuffer + key, 160, 80);
  }

  async transfer(number) {
    if (this.stage !== "talking") return;
    await this.hold(true);
    this.notice = `Sending the call to ${number}…`;
    this.changed();
    const more = [
      ["Contact", this.line.contact], ["Refer-To", `<${addressOf(number, this.line.host)}>`],
      ["Referred-By", `<${this.line.me}>`],
    ];
    const answer = await this.line.request("REFER", this.dialog, { more });
    if (this.stage === "ended" || (answer && answer.status < 300)) return;
    this.transferFailed(answer ? answer.status : 0);
  }

  // What has become of a transfer, as a piece of a message (RFC 3515, 2.4.5).
  transferTold(message) {
    const status = Number((/^SIP\/2\.0 (\d{3})/.exec(message.body) || [])[1]);
    if (!status || status < 200 || this.stage !== "talking") return;
    if (status < 300) return this.hangUp("The call has been sent on.");
    this.transferFailed(status);
  }

  transferFailed(status) {
    this.notice = status === 403 ? "This call may not be sent there." : `The transfer failed. ${WORDS[status] || ""} The caller is on hold.`;
    this.changed();
  }

  hangUp(why = "") {
    if (this.stage === "talking") {
      this.bye();
    } else if (this.stage === "incoming") {
      this.line.answer(this.request, 603, "Decline", [], "", this.tag);
    } else if (this.stage !== "ended") {
      // Not before something has been heard of it (9.1): the CANCEL might overtake nothing.
      this.givenUp = true;
      if (this.dialog.remoteTag) this.bye();
      else if (this.alive) this.cancel();
    }
    this.end(why);
  }

  bye() {
    this.dialog.seq += 1;
    this.line.write(this.line.compose("BYE", this.dialog, `z9hG4bK${token()}`));
  }

  end(why) {
    if (this.stage === "ended") return;
    this.stage = "ended";
    this.notice = why;
    if (this.peer) this.peer.close();
    if (this.stream) for (const track of this.stream.getTracks()) track.stop();
    this.ear.srcObject = null;
    this.changed();
  }

  // ---- sound

  // Runs what concerns the sound; what fails ends the call in words.
  async sound(work) {
    try {
      return (await work()) || true;
    } catch (error) {
      console.warn(error);
      const refused = error.name === "NotAllowedError";
      const missing = error.name === "NotFoundError";
      const why = refused ? "The browser may not use the microphone. Allow it beside the page's address." :
        missing ? "No microphone was found." : "No sound could be agreed on.";
      if (this.stage === "incoming") {
        this.line.answer(this.request, refused || missing ? 480 : 488, "Not Acceptable Here", [], "", this.tag);
      } else if (this.stage !== "ended" && this.dialog.remoteTag) {
        this.stage = "talking";
        this.hangUp(why);
      }
      this.end(why);
      return null;
    }
  }

  async connect() {
    if (this.peer) return this.peer;
    const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    this.peer = peer;
    peer.addEventListener("track", ({ track }) => {
      this.ear.srcObject = new MediaStream([track]);
      this.ear.play().catch((error) => console.warn(error));
    });
    peer.addEventListener("connectionstatechange", () => {
      if (peer.connectionState === "failed" && this.line.ready) this.reoffer(true);
      this.changed();
    });
    this.stream = await this.microphone();
    if (this.stage === "ended") {
      for (const track of this.stream.getTracks()) track.stop();
      throw new Error("the call is over");
    }
    return peer;
  }

  async offer(restart = false) {
    const peer = await this.connect();
    if (!peer.getTransceivers().length) peer.addTrack(this.stream.getAudioTracks()[0], this.stream);
    await peer.setLocalDescription(await peer.createOffer({ iceRestart: restart }));
    return this.gathered();
  }

  // Takes what the other side describes; an offer is answered.
  async take(type, sdp) {
    const peer = await this.connect();
    await peer.setRemoteDescription({ type, sdp });
    if (type !== "offer") return true;
    if (!peer.getSenders().some((sender) => sender.track)) peer.addTrack(this.stream.getAudioTracks()[0], this.stream);
    await peer.setLocalDescription(await peer.createAnswer());
    return this.gathered();
  }

  // The description with our addresses in it: the box is told all of them at once.
  async gathered() {
    const { peer } = this;
    if (peer.iceGatheringState !== "complete") {
      await new Promise((resolve) => {
        setTimeout(resolve, GATHER_WITHIN);
        peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
      });
    }
    return peer.localDescription.sdp;
  }

  // Another microphone, in the middle of the call.
  async changeMicrophone() {
    if (!this.stream || this.stage === "ended") return;
    const fresh = await this.microphone();
    for (const track of this.stream.getTracks()) track.stop();
    this.stream = fresh;
    this.hush();
    await this.peer.getSenders()[0].replaceTrack(fresh.getAudioTracks()[0]);
  }
}
