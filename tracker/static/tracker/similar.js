// Shows records with nearly the same name or title below the field while the user types.
"use strict";

document.addEventListener("input", (event) => {
  const input = event.target.closest("[data-similar]");
  if (!input) return;
  clearTimeout(input.searching);
  input.searching = setTimeout(() => compare(input), 300);
});

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-similar]").forEach((input) => input.value && compare(input));
});

async function compare(input) {
  const text = input.value;
  const answer = await fetch(`${input.dataset.similar}?text=${encodeURIComponent(text)}`).catch(() => null);
  if (!answer || !answer.ok || input.value !== text) return;
  const { results } = await answer.json();
  const list = document.createElement("ul");
  list.append(...results.map(entry));
  told(input).replaceChildren(...(results.length ? ["Possible duplicates", list] : []));
}

function entry({ label, url, state }) {
  const item = document.createElement("li"), link = document.createElement("a");
  Object.assign(link, { href: url, textContent: label, target: "_blank", rel: "noopener" });
  item.append(link, ` (${state.toLowerCase()})`);
  return item;
}

function told(input) {
  const id = `${input.id}_likely`;
  const known = document.getElementById(id);
  if (known) return known;
  const place = document.createElement("div");
  Object.assign(place, { id, className: "likely" });
  place.setAttribute("role", "status");
  input.closest(".form-row").append(place);
  return place;
}
