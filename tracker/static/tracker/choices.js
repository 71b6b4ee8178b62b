// Autocompletes: typing opens them, other fields of the row limit them, missing records are created from the typed
// text, and screen readers read the name of the field. Enter and Tab take the marked hit. Keys mark a hit, and so
// does a moving pointer, but never a pointer that rests where the hits appear.
"use strict";

(($) => {
  const CREATE = "+";
  const SEARCH = ".select2-container--open .select2-search--dropdown .select2-search__field";
  const HIT = ".select2-results__option[aria-selected]";
  const MARKED = "select2-results__option--highlighted";
  const STILL = 4; // pixels: smaller movements of the pointer are ignored

  // Replaces Django's function, which is called for every autocomplete of a page and of a new row.
  $.fn.djangoAdminSelect2 = function () {
    return this.each((_, select) => {
      const ajax = {
        data: (params) => asked(select, params),
        processResults: (...told) => offered(select, ...told),
      };
      $(select).select2({ ajax, dropdownAutoWidth: true });
      $(select).on("select2:selecting", (event) => create(event, select));
      $(select).on("select2:open", () => name(select));
      say(select);
    });
  };

  function asked(select, { term, page }) {
    const { appLabel, modelName, fieldName } = select.dataset;
    const narrowed = Object.entries(tracker.narrowing(select)).map(([field, value]) => [`only_${field}`, value]);
    return { term, page, app_label: appLabel, model_name: modelName, field_name: fieldName, ...Object.fromEntries(narrowed) };
  }

  function offered(select, { results, pagination }, { term }) {
    rest();
    const typed = (term || "").trim();
    if (adder(select) && !pagination.more && (typed || !results.length)) {
      results.push({ id: CREATE, text: typed ? `Create “${typed}” …` : "Create a new one …", typed });
    }
    return { results, pagination };
  }

  function adder(select) {
    return select.closest(".related-widget-wrapper")?.querySelector(".add-related:not([hidden])");
  }

  function create(event, select) {
    const { id, typed } = event.params.args.data;
    if (id !== CREATE) return;
    event.preventDefault();
    $(select).select2("close");
    tracker.add(adder(select), typed && select.dataset.typed ? { [select.dataset.typed]: typed } : {});
  }

  function box(select) {
    return select.nextElementSibling?.querySelector(".select2-selection");
  }

  function label(select) {
    return document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  }

  function say(select) {
    const words = label(select), told = box(select);
    if (!words || !told) return;
    words.id = words.id || `${select.id}_label`;
    told.setAttribute("aria-labelledby", `${words.id} ${told.getAttribute("aria-labelledby") || ""}`.trim());
    const search = told.querySelector(".select2-search__field");
    if (search) search.setAttribute("aria-label", words.textContent.trim());
  }

  function name(select) {
    const search = document.querySelector(SEARCH);
    if (search) search.setAttribute("aria-label", `Search: ${label(select)?.textContent.trim() || ""}`);
  }

  let pointer = "", start = null, moves = false;

  function rest() {
    start = null;
    moves = false;
  }

  function isMoving({ screenX, screenY }) {
    const here = `${screenX} ${screenY}`, same = here === pointer; // for example when the page scrolls below it
    pointer = here;
    start ||= [screenX, screenY];
    moves ||= Math.hypot(screenX - start[0], screenY - start[1]) >= STILL;
    return moves && !same;
  }

  // Select2 marks the hit that appears under the pointer.
  document.addEventListener("mouseover", (event) => event.target.closest?.(HIT) && event.stopPropagation(), true);
  document.addEventListener("mousemove", (event) => {
    const hit = event.target.closest?.(HIT);
    if (isMoving(event) && hit && !hit.classList.contains(MARKED)) $(hit).trigger("mouseenter");
  }, true);
  document.addEventListener("keydown", rest, true);

  // Hits of an earlier text must not be taken for the current one.
  document.addEventListener("input", (event) => {
    if (event.target.matches(".select2-search__field")) document.querySelectorAll(HIT).forEach((hit) => hit.remove());
  }, true);

  // After typing, Tab also takes the marked hit, and moves to the next field.
  document.addEventListener("keydown", ({ key, target }) => {
    if (key !== "Tab" || !target.matches?.(".select2-search__field") || !target.value.trim()) return;
    const hit = document.querySelector(`.select2-container--open .${MARKED}`);
    const select = document.querySelector("select + .select2-container--open")?.previousElementSibling;
    if (hit && select && !hit.id.endsWith(CREATE)) $(select).data("select2").trigger("results:select", {});
  }, true);

  document.addEventListener("keydown", (event) => {
    const closed = event.target.closest?.(".select2-selection--single");
    if (!closed || event.key.length !== 1 || event.key === " " || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    $(closed.closest(".select2-container").previousElementSibling).select2("open");
    $(SEARCH).trigger("focus").val(event.key).trigger("input"); // immediately: the next letter may follow
  });
})(django.jQuery);
