// Shows in a picture what belongs to the link or mark under the pointer or with the focus.
// The links of the page below the picture do the same, so it works by keyboard. Without it nothing is lacking.
"use strict";

const pagesOf = (mark) => mark.dataset.pages.split(" ");

function namedBy(target) {
  const mark = target.closest("[data-pages]");
  if (mark) return pagesOf(mark);
  const link = target.closest("main a[href]");
  return link ? [link.getAttribute("href")] : [];
}

function show(drawing, pages) {
  const marks = [...drawing.querySelectorAll("[data-pages]")];
  const drawn = new Set(marks.flatMap(pagesOf));
  const chosen = new Set(pages.filter((page) => drawn.has(page)));
  const linked = new Set(chosen);
  for (const line of drawing.querySelectorAll("[data-ends]")) {
    const ends = line.dataset.ends.split(" ");
    const belongs = ends.some((end) => chosen.has(end));
    line.classList.toggle("chosen", belongs);
    if (belongs) ends.forEach((end) => linked.add(end));
  }
  for (const mark of marks) mark.classList.toggle("chosen", pagesOf(mark).some((page) => linked.has(page)));
  drawing.classList.toggle("choosing", chosen.size > 0);
}

for (const [begin, end] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
  const showAll = (pages) => document.querySelectorAll(".drawing").forEach((one) => show(one, pages));
  document.addEventListener(begin, (event) => showAll(namedBy(event.target)));
  document.addEventListener(end, () => showAll([]));
}
