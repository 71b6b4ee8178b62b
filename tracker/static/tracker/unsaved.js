// Warns before unsaved changes are lost, and sends each form only once.
"use strict";

(() => {
  const WAITS = 10_000; // milliseconds until a form without an answer can be sent again
  const forms = [...document.querySelectorAll("#content form[method=post]")];
  const came = new Map(forms.flatMap((form) => [...form.elements]).map((field) => [field, value(field, "default")]));
  let sent = 0;

  // The value of a field, or its value when the page was loaded: browsers may fill in fields afterward.
  function value(field, when = "") {
    if (field.type === "checkbox" || field.type === "radio") return String(when ? field.defaultChecked : field.checked);
    if (field.tagName !== "SELECT") return when && field.type !== "hidden" ? field.defaultValue : field.value;
    const chosen = [...field.options].filter((option) => (when ? option.defaultSelected : option.selected));
    const first = !field.multiple && field.options.length ? [field.options[0]] : [];
    return JSON.stringify((chosen.length ? chosen : first).map((option) => option.value));
  }

  const isWords = (field) => field.matches("textarea, input[type=text]") && field.value.trim();
  const isChanged = (field) =>
    field.name && field.type !== "submit" && (!came.has(field) || value(field) !== came.get(field));

  // The form has been changed, or was returned with errors and is not saved.
  function isUnsaved(form) {
    const fields = [...form.elements], refused = form.querySelector(".errorlist");
    return "unsaved" in form.dataset || fields.some(isChanged) || Boolean(refused && fields.some(isWords));
  }

  const isBeingSent = () => sent && Date.now() - sent < WAITS;

  addEventListener("beforeunload", (event) => {
    if (isBeingSent() || !forms.some(isUnsaved)) return;
    event.preventDefault();
    event.returnValue = true; // some browsers need this
  });

  document.addEventListener("submit", (event) => {
    if (!forms.includes(event.target) || event.defaultPrevented) return;
    if (isBeingSent()) return event.preventDefault();
    sent = Date.now();
    say(event.target, event.submitter);
  });

  // With the Back button, a browser shows the page as it was.
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    sent = 0;
    forms.forEach((form) => form.removeAttribute("aria-busy"));
    document.querySelectorAll(".sending").forEach((note) => note.remove());
  });

  function say(form, button) {
    form.setAttribute("aria-busy", "true");
    const note = document.createElement("span");
    Object.assign(note, { className: "sending", textContent: "Sending …" });
    note.setAttribute("role", "status");
    document.querySelectorAll(".sending").forEach((old) => old.remove());
    (button?.closest(".submit-row") || form).append(note);
  }
})();
