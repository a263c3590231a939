// Parts of a page (data-part) are taken anew from the server whenever it says that something has changed.
// Without this script, reloading the page does the same.
"use strict";
(() => {
  const from = document.body.dataset.live;
  const state = document.getElementById("live-state");
  if (!from || !window.EventSource) return;
  let busy = false;
  let again = false;

  const refresh = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try {
      const url = new URL(location.href);
      url.searchParams.delete("done");
      const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
      if (answer.redirected) { location.reload(); return; }
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll("[data-part]")) {
        const next = fresh.getElementById(part.id);
        if (next && next.outerHTML !== part.outerHTML) replace(part, document.adoptNode(next));
      }
    } catch { /* the stream says when the server is back */ } finally {
      busy = false;
      if (again) { again = false; setTimeout(refresh, 200); }
    }
  };

  const replace = (part, next) => {
    const active = document.activeElement;
    const held = part.contains(active) ? [...part.querySelectorAll("a, button, [tabindex]")].indexOf(active) : -1;
    const places = [...part.querySelectorAll(".picture, .tall")].map((one) => [one.scrollLeft, one.scrollTop]);
    part.replaceWith(next);
    next.querySelectorAll(".picture, .tall").forEach((one, at) => {
      if (places[at]) [one.scrollLeft, one.scrollTop] = places[at];
    });
    if (held >= 0) next.querySelectorAll("a, button, [tabindex]")[held]?.focus({ preventScroll: true });
  };

  const listen = () => {
    const source = new EventSource(from);
    source.addEventListener("open", () => { state.textContent = "Live. "; refresh(); });
    source.addEventListener("change", refresh);
    source.addEventListener("error", () => {
      state.textContent = "The server does not answer; trying again. ";
      if (source.readyState === EventSource.CLOSED) { source.close(); setTimeout(listen, 3000); }
    });
    addEventListener("pagehide", () => source.close());
  };
  listen();
})();
