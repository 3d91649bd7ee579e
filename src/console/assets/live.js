// The live page: an event carries one call's card, or the call-backs, ready made; this puts it in its place.
"use strict";
(() => {
  const calls = document.getElementById("calls");
  const state = document.getElementById("stream-state");
  const none = document.getElementById("no-calls");
  const announced = document.getElementById("announced");
  if (!calls || !state || !none || !announced) return;
  const settle = () => { none.hidden = calls.children.length > 0; };
  const cardOf = (id) => document.getElementById("call-" + id);
  const headline = (card) => card ? card.querySelector("h2").textContent.trim() : "";

  const stream = new EventSource("/live/events");
  stream.addEventListener("open", () => { state.textContent = "Connected"; state.className = "mark good"; });
  stream.addEventListener("error", () => {
    // Closed for good: the box refused, most often because the session has ended. The page then asks to sign in.
    if (stream.readyState === EventSource.CLOSED) { window.location.reload(); return; }
    state.textContent = "Reconnecting…";
    state.className = "mark warn";
  });
  // After a pause: what is not on the board any more goes.
  stream.addEventListener("board", (event) => {
    const ids = new Set(JSON.parse(event.data).ids.map((id) => "call-" + id));
    for (const card of [...calls.children]) if (!ids.has(card.id)) card.remove();
    settle();
  });
  stream.addEventListener("call", (event) => {
    const { id, html } = JSON.parse(event.data);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const card = fresh.content.firstElementChild;
    const old = cardOf(id);
    // Only a new headline is read out; a transcript that grows would drown everything else.
    if (headline(old) !== headline(card)) announced.textContent = headline(card);
    if (old) old.replaceWith(card); else calls.prepend(card);
    settle();
  });
  stream.addEventListener("gone", (event) => {
    const old = cardOf(JSON.parse(event.data).id);
    if (old) old.remove();
    settle();
  });
  stream.addEventListener("call-backs", (event) => {
    const section = document.getElementById("call-backs");
    const { html } = JSON.parse(event.data);
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    // Left alone if it is the same: somebody may just be on one of its buttons.
    if (section && section.innerHTML !== fresh.innerHTML) section.replaceChildren(fresh.content);
  });
  // Some events were skipped because this browser fell behind: begin again from the whole page.
  stream.addEventListener("skipped", () => window.location.reload());
  settle();
})();
