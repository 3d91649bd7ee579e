// The page "Forwards": what is set at a phone is shown here at once; what somebody is typing is left alone.
"use strict";
(() => {
  const desks = document.getElementById("desks");
  if (!desks) return;
  const stream = new EventSource("/forwards/events");
  // Closed for good: the session has ended, and the page asks to sign in.
  stream.addEventListener("error", () => {
    if (stream.readyState === EventSource.CLOSED) window.location.reload();
  });
  stream.addEventListener("desk", (event) => {
    const { extension, html } = JSON.parse(event.data);
    const row = document.getElementById("desk-" + extension);
    // An extension that is new to this page.
    if (!row) { window.location.reload(); return; }
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const part of fresh.content.querySelectorAll("[data-state]")) {
      const old = row.querySelector(`[data-state="${part.dataset.state}"]`);
      if (old && old.innerHTML !== part.innerHTML) old.replaceWith(part);
    }
  });
})();
