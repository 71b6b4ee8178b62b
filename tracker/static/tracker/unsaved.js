// A form asks before what was typed in it is lost, and what it saves is sent once.
"use strict";

(() => {
  const WAITS = 10_000; // milliseconds until a form that nobody answered can be sent again
  const forms = [...document.querySelectorAll("#content form[method=post]")];
  const came = new Map(forms.flatMap((form) => [...form.elements]).map((field) => [field, value(field, "default")]));
  let sent = 0;

  // What a field holds, or held when the page came: a browser may have filled it in since.
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

  // It was filled in since it came; or it came back with errors, so nothing of it is saved.
  function isUnsaved(form) {
    const fields = [...form.elements], refused = form.querySelector(".errorlist");
    return "unsaved" in form.dataset || fields.some(isChanged) || Boolean(refused && fields.some(isWords));
  }

  const isBeingSent = () => sent && Date.now() - sent < WAITS;

  addEventListener("beforeunload", (event) => {
    if (isBeingSent() || !forms.some(isUnsaved)) return;
    event.preventDefault();
    event.returnValue = true; // for browsers that ask by this
  });

  document.addEventListener("submit", (event) => {
    if (!forms.includes(event.target) || event.defaultPrevented) return;
    if (isBeingSent()) return event.preventDefault();
    sent = Date.now();
    say(event.target, event.submitter);
  });

  // A browser shows the page again as it was when it comes back to it.
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
