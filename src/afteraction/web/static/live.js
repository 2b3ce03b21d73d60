// Shows which subagents run right now, as the server tells it, and counts the elapsed time in between.
"use strict";

const place = document.getElementById("live");
let snapshot = { running: [], ended: [] };

function elapsed(since) {
  const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
  const minutes = Math.floor(seconds / 60);
  return `${minutes}m${String(seconds % 60).padStart(2, "0")}`;
}

function summary() {
  const [first] = snapshot.running;
  if (first) {
    const others = snapshot.running.length - 1;
    const more = others ? ` and ${others} more` : "";
    return `● ${first.agent} runs, ${elapsed(first.since)}${more}`;
  }
  const [last] = snapshot.ended;
  return last ? `○ ${last.agent}: ${last.status ?? "ended"}` : "";
}

function show() {
  const text = summary();
  if (place.textContent !== text) {
    place.textContent = text;
  }
  place.title = snapshot.running.map((one) => `${one.agent}: ${one.task}`).join("\n");
}

const source = new EventSource("/live");
source.addEventListener("live", (event) => {
  snapshot = JSON.parse(event.data);
  show();
});
setInterval(show, 1000);
