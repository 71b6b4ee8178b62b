// Loads the names of languages, scripts and countries when a user is about to choose one.
"use strict";

document.addEventListener("focusin", ({ target }) => {
  const id = target.dataset.codes && target.getAttribute("list");
  if (id && !document.getElementById(id)) bring(id, target.dataset.codes);
});

async function bring(id, address) {
  const list = Object.assign(document.createElement("datalist"), { id });
  document.body.append(list);
  const answer = await fetch(address).catch(() => null);
  if (!answer || !answer.ok) return list.remove(); // the next focus tries again
  const { results } = await answer.json();
  list.append(...results.map(({ code, name }) => new Option(code, name)));
}
