// Says below a date, while it is typed, which days are understood; the server understands.
"use strict";

document.addEventListener("input", (event) => {
  const input = event.target.closest(".partial-date");
  if (!input) return;
  clearTimeout(input.waiting);
  input.waiting = setTimeout(() => explain(input), 250);
});

async function explain(input) {
  const text = input.value;
  const address = `${input.dataset.understand}?text=${encodeURIComponent(text)}`;
  const answer = await fetch(address).catch(() => null);
  if (!answer || !answer.ok || input.value !== text) return;
  const { understood } = await answer.json();
  place(input).textContent = text && !understood ? "not understood yet" : understood;
}

function place(input) {
  const id = `${input.id}_understood`;
  let told = document.getElementById(id);
  if (!told) {
    told = document.createElement("span");
    told.id = id;
    told.className = "understood";
    told.setAttribute("aria-live", "polite");
    input.after(told);
    input.setAttribute("aria-describedby", `${input.getAttribute("aria-describedby") || ""} ${id}`.trim());
  }
  return told;
}
