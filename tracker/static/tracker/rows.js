// Rows by keyboard: a new row starts with the citation of the row above and gets the focus; fields that do not apply
// are hidden; keys move from row to row.
//
// Alt+Insert or Alt+Enter: new row. Alt+PageDown, Alt+PageUp: the same field in the next or previous row; with Shift,
// the next or previous kind of rows. Ctrl+D: copy the value from the row above. Ctrl+S: save and continue.
"use strict";

(($) => {
  const CARRIED = ["source", "locator_kind", "locator"];
  const FIELDS = "input:not([type=hidden]), select, textarea";
  const ROW = ".inline-related:not(.empty-form)";

  const all = (root, selector) => [...root.querySelectorAll(selector)];
  const groups = () => all(document, ".js-inline-admin-formset");
  const rows = (group) => all(group, ROW);
  const rowOf = (element) => element?.closest?.(ROW);
  const groupOf = (element) => element?.closest?.(".js-inline-admin-formset");
  const named = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const nameOf = (field) => field.name.replace(/^.*-\d+-/, "");
  const boxOf = (field) => field.parentElement.querySelector(`#${CSS.escape(field.id)} + .select2 .select2-selection`);

  // The field with the focus; for a select2 box, its select.
  function fieldOf(element) {
    const container = element?.closest?.(".select2-container");
    return container ? container.previousElementSibling : element;
  }

  function enter(field) {
    const target = boxOf(field) || field;
    target.focus();
    if (target.select) target.select();
  }

  function firstOf(place) {
    return all(place, FIELDS).find((one) => one.name && !one.closest("[hidden], .delete") && !one.disabled);
  }

  function enterFirst(row) {
    const field = firstOf(row);
    if (field) enter(field);
  }

  // Move the focus to the first error: its field, or the error note of the page.
  function enterWrong() {
    const note = document.querySelector(".change-form .errornote");
    const said = note && document.querySelector("form .errorlist");
    if (!said) return;
    const place = said.closest(".form-multiline > div, .form-row") || rowOf(said), field = place && firstOf(place);
    const target = field ? boxOf(field) || field : note;
    said.id ||= "first-error";
    target.setAttribute("aria-describedby", said.id);
    place?.closest("details")?.setAttribute("open", "");
    if (field) return enter(field);
    note.tabIndex = -1;
    note.focus();
  }

  function put(field, other) {
    if (field.matches("select.admin-autocomplete") && other.value) {
      const { text, value } = other.selectedOptions[0];
      if (!all(field, "option").some((option) => option.value === value)) field.add(new Option(text, value));
    }
    if (field.type === "checkbox") field.checked = other.checked;
    else field.value = other.value;
    $(field).trigger("change");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // The row whose citation a new row copies: the nearest row above with a citation, or the record itself.
  function cites(row) {
    const above = rows(groupOf(row));
    const before = above.slice(0, above.indexOf(row)).reverse();
    const own = document.getElementById("citations-group");
    return [...before, ...(own ? rows(own) : [])].find((one) => named(one, "source")?.value);
  }

  function carry(row) {
    const from = named(row, "source") && cites(row);
    if (from) CARRIED.forEach((name) => put(named(row, name), named(from, name)));
  }

  // Fields with data-one-of exclude each other; fields with data-only-with need another field. Others are hidden.
  function fit(row) {
    const holds = (name) => Boolean(named(row, name)?.value);
    all(row, "[data-one-of], [data-only-with]").forEach((field) => {
      const others = (field.dataset.oneOf || "").split(" ").filter((name) => name && name !== nameOf(field));
      const needed = field.dataset.onlyWith;
      const idle = others.some(holds) || (needed && !holds(needed));
      const cell = field.closest(".form-multiline > div") || field.closest(".form-row");
      cell.hidden = Boolean(idle && !field.value && !cell.querySelector(".errors, .errorlist"));
    });
  }

  // A choice among the rows of the page also offers unsaved rows, as row:<number>.
  function offerRows(group) {
    all(group, "select[data-among]").forEach((select) => {
      const own = rowOf(select), label = select.dataset.among;
      all(select, "option[value^='row:']").forEach((option) => option.value !== select.value && option.remove());
      rows(group).forEach((row, number) => {
        const text = named(row, label)?.value;
        if (row === own || row.classList.contains("has_original")) return;
        const option = all(select, "option").find((one) => one.value === `row:${number}`);
        if (option) option.textContent = text || `row ${number + 1}`;
        else if (text) select.add(new Option(text, `row:${number}`));
      });
    });
  }

  function refresh(element) {
    const row = rowOf(element), group = groupOf(element);
    if (row) fit(row);
    if (group) offerRows(group);
  }

  function add(element) {
    const outside = groups().find((group) => group.matches(".of-records")) || groups()[0];
    (groupOf(element) || outside)?.querySelector(".add-row a")?.click();
  }

  function move(element, step) {
    const row = rowOf(element), beside = row && rows(groupOf(row));
    const next = beside?.[beside.indexOf(row) + step];
    const field = next && named(next, nameOf(fieldOf(element)));
    if (field && !field.closest("[hidden]")) enter(field);
    else if (next) enterFirst(next);
  }

  function leap(element, step) {
    const places = groups(), at = places.indexOf(groupOf(element));
    const next = places[at < 0 && step < 0 ? 0 : at + step];
    if (!next) return;
    if (rows(next).length) enterFirst(rows(next)[0]);
    else next.querySelector(".add-row a")?.focus();
  }

  function ditto(element) {
    const field = fieldOf(element), row = rowOf(element);
    const beside = row ? rows(groupOf(row)) : [];
    const above = beside[beside.indexOf(row) - 1];
    const other = above && field.name && named(above, nameOf(field));
    if (other) put(field, other);
  }

  const KEYS = {
    "Alt+Insert": add,
    "Alt+Enter": add,
    "Alt+PageDown": (element) => move(element, 1),
    "Alt+PageUp": (element) => move(element, -1),
    "Alt+Shift+PageDown": (element) => leap(element, 1),
    "Alt+Shift+PageUp": (element) => leap(element, -1),
    "Ctrl+d": ditto,
    "Ctrl+s": () => ["_continue", "_save"].map((name) => document.getElementsByName(name)[0]).find(Boolean)?.click(),
  };

  document.addEventListener("keydown", (event) => {
    const held = [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift"];
    const act = KEYS[[...held.filter(Boolean), event.key].join("+")];
    if (!act || !document.querySelector(".change-form")) return;
    event.preventDefault();
    event.stopPropagation();
    act(document.activeElement);
  }, true);

  document.addEventListener("formset:added", (event) => {
    prepare(event.target);
    carry(event.target);
    refresh(event.target);
    enterFirst(event.target);
  });
  document.addEventListener("formset:removed", () => groups().forEach(offerRows));
  document.addEventListener("input", (event) => refresh(event.target));
  $(document).on("change", FIELDS, (event) => refresh(event.target));

  window.addEventListener("load", enterWrong); // after Django's script has focused the first field

  // The add link is not a tab stop: the choice itself offers to create a record.
  function prepare(row) {
    all(row, ".admin-autocomplete ~ .add-related").forEach((link) => (link.tabIndex = -1));
  }

  $(() => groups().forEach((group) => {
    rows(group).forEach((row) => {
      prepare(row);
      fit(row);
    });
    offerRows(group);
  }));
})(django.jQuery);
