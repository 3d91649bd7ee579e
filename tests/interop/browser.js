// Offers a microphone, takes the answer, presses a key, and tells what was heard after six seconds.
"use strict";
const post = (path, body) => fetch(path, { method: "POST", body });
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function call() {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  for (const track of microphone.getTracks()) peer.addTrack(track, microphone);
  peer.addEventListener("track", (event) => {
    // Without a player nothing is decoded, and so nothing is heard.
    const player = new Audio();
    player.srcObject = event.streams[0] || new MediaStream([event.track]);
    player.play();
  });
  await peer.setLocalDescription(await peer.createOffer());
  const answer = await (await post("/offer", peer.localDescription.sdp)).text();
  await peer.setRemoteDescription({ type: "answer", sdp: answer });
  for (let tries = 0; tries < 100 && peer.connectionState !== "connected"; tries++) await pause(100);
  await pause(1500);
  peer.getSenders()[0].dtmf.insertDTMF("7", 200);
  await pause(4500);
  const report = { state: peer.connectionState, packetsReceived: 0, energy: 0 };
  for (const entry of (await peer.getStats()).values()) {
    if (entry.type === "inbound-rtp") {
      report.packetsReceived = entry.packetsReceived;
      report.energy = entry.totalAudioEnergy;
      report.jitter = entry.jitter;
    }
  }
  return report;
}

call().catch((error) => ({ error: String(error) })).then((report) => post("/report", JSON.stringify(report)));
