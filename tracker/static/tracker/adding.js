// New records that are created from a form open in a small window, with values from the row, the citation of the
// row, and its confidentiality. Users who may not enter the row are told so first, and cannot create a record.
"use strict";

window.tracker = (() => {
  const ROW = ".inline-related", SECRET = "[data-secret]", ALWAYS = "*";

  // The values of the fields in data-narrow="person:person conflict:record", from the same row or from the page.
  function narrowing(select) {
    const pairs = (select.dataset.narrow || "").split(" ").filter(Boolean).map((pair) => pair.split(":"));
    const row = select.closest(ROW);
    const found = pairs.map(([field, into]) => {
      const holder = row?.querySelector(`[name$="-${field}"]`) || document.getElementById(`id_${field}`);
      return [into, holder?.value];
    });
    return Object.fromEntries(found.filter(([, value]) => value));
  }

  // The citation of the row, or the first one of the page.
  function citing(select) {
    const row = select.closest(ROW);
    const of = (name) => row?.querySelector(`[name$="-${name}"]`)?.value || "";
    const ours = (name) => document.getElementById(`id_citations-0-${name}`)?.value || "";
    const from = of("source") ? of : ours;
    if (isSource(select) || !from("source")) return {};
    return { cites: from("source"), locator_kind: from("locator_kind"), locator: from("locator") };
  }

  const isSource = (select) => /(^|-)source$/.test(select.name);

  // The field that decides whether the row (or page) of a field is confidential, or null.
  function decider(field) {
    if (field.matches(SECRET)) return field;
    const row = field.closest(ROW);
    const all = [...(row || document).querySelectorAll(SECRET)];
    return all.find((one) => row || !one.closest(ROW)) || null;
  }

  function isSecret({ dataset: { secret }, value }) {
    return secret === ALWAYS || (value && secret.split(" ").includes(value));
  }

  const mayWrite = (field) => field.dataset.secretWriter === "may";
  const labelled = (field) => document.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.textContent || "";
  const kinds = ({ options, dataset }) =>
    [...options].filter((option) => dataset.secret.split(" ").includes(option.value)).map((option) => option.text);

  function sentence(field) {
    if (!field.value) {
      const what = labelled(field).replace(":", "").trim().toLowerCase();
      return `Choose the ${what} first: ${kinds(field).join(", ")} would be confidential.`;
    }
    const chosen = field.selectedOptions[0].text;
    const told = `${chosen}: this row is confidential`;
    return mayWrite(field)
      ? `${told}. Only people who are cleared for it can see it. Records that you create from it start as confidential too.`
      : `${told}. Only an editor or a case officer can enter it. Remove the row, and do not create a person for it.`;
  }

  function say(field, text) {
    const id = `${field.id}_secrecy`;
    let note = document.getElementById(id);
    if (!note) {
      note = document.createElement("p");
      Object.assign(note, { id, className: "secrecy" });
      note.setAttribute("role", "status");
      field.closest(".form-row").append(note);
    }
    note.textContent = text;
  }

  // When a field makes its row confidential, the row says so, and hides the add links from users who may not.
  function tell(field) {
    if (field.tagName !== "SELECT" || field.dataset.secret === ALWAYS) return;
    const secret = isSecret(field), row = field.closest(ROW) || field.form;
    if (secret || document.getElementById(`${field.id}_secrecy`)) say(field, secret ? sentence(field) : "");
    row.querySelectorAll("select ~ .add-related").forEach((link) => {
      const select = link.parentElement.querySelector("select");
      if (decider(select) === field && !isSource(select)) link.hidden = Boolean(secret) && !mayWrite(field);
    });
  }

  // Whether a record may be created for a choice now. If not, the row says why.
  function isReady(select) {
    const field = isSource(select) ? null : decider(select);
    if (!field || (isSecret(field) ? mayWrite(field) : field.value || field === select)) return true;
    say(field, sentence(field));
    field.focus();
    return false;
  }

  function add(link, typed = {}) {
    const select = link.parentElement.querySelector("select");
    if (!select || !isReady(select)) return;
    const field = isSource(select) ? null : decider(select);
    const secrecy = field && isSecret(field) ? { confidentiality: "confidential", secret: "1" } : {};
    const before = link.href, address = new URL(before);
    const given = { ...narrowing(select), ...citing(select), ...secrecy, ...typed };
    Object.entries(given).forEach(([name, value]) => address.searchParams.set(name, value));
    link.href = address;
    window.showRelatedObjectPopup(link);
    link.href = before;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(".add-related[data-popup='yes']");
    if (!link) return;
    event.preventDefault();
    event.stopPropagation(); // otherwise Django would open the window without these values
    add(link);
  }, true);

  ["change", "input"].forEach((kind) =>
    document.addEventListener(kind, (event) => event.target.matches?.(SECRET) && tell(event.target)));
  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(SECRET).forEach(tell));

  return { add, narrowing };
})();
