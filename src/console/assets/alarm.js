// Every page: when somebody dials an emergency number, the notice appears at once and is heard until it is acknowledged.
// Browsers give sound only to pages in which somebody has clicked; signing in is such a click.
"use strict";
(() => {
  const place = document.getElementById("alarm");
  if (!place) return;
  let sound = null;
  let beat = null;
  // Two tones, as loud as the machine is set: 47 CFR 9.16 wants to be noticed.
  const strike = () => {
    if (sound.state === "suspended") sound.resume();
    [880, 660].forEach((pitch, n) => {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.value = 0.4;
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + n * 0.35);
      tone.stop(sound.currentTime + n * 0.35 + 0.3);
    });
  };
  const listen = () => {
    const loud = place.childElementCount > 0;
    if (loud && beat === null) {
      sound = sound || new AudioContext();
      strike();
      beat = setInterval(strike, 1500);
    }
    if (!loud && beat !== null) {
      clearInterval(beat);
      beat = null;
    }
    document.title = document.title.replace(/^⚠ /, "");
    if (loud) document.title = "⚠ " + document.title;
  };
  document.addEventListener("click", () => { if (sound) sound.resume(); });
  const stream = new EventSource("/emergencies/events");
  stream.addEventListener("emergency", (event) => {
    const fresh = document.createElement("template");
    fresh.innerHTML = JSON.parse(event.data).html;
    place.replaceChildren(fresh.content);
    listen();
  });
  listen();
})();
