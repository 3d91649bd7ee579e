// The live page: each event carries one call's card, ready made; this puts it in its place.
"use strict";
(() => {
  const calls = document.getElementById("calls");
  const state = document.getElementById("stream-state");
  if (!calls || !state) return;
  const none = document.getElementById("no-calls");
  const stream = new EventSource("/live/events");
  const tidy = () => { if (none) none.hidden = calls.children.length > 0; };
  stream.addEventListener("open", () => { state.textContent = "Live"; state.className = "mark good"; });
  stream.addEventListener("error", () => { state.textContent = "Reconnecting…"; state.className = "mark warn"; });
  stream.addEventListener("call", (event) => {
    const card = JSON.parse(event.data);
    const fresh = document.createElement("template");
    fresh.innerHTML = card.html;
    const old = document.getElementById("call-" + card.id);
    if (old) old.replaceWith(fresh.content); else calls.prepend(fresh.content);
    tidy();
  });
  stream.addEventListener("gone", (event) => {
    const old = document.getElementById("call-" + JSON.parse(event.data).id);
    if (old) old.remove();
    tidy();
  });
  // Some events were skipped because this browser fell behind: begin again from the whole page.
  stream.addEventListener("skipped", () => window.location.reload());
  tidy();
})();
