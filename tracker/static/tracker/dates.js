// Shows below a date field how the server understands the date while the user types. Errors are shown only after a
// pause or when the user leaves the field: half a date is not a mistake.
"use strict";

(() => {
  const ASKED_AFTER = 250, REFUSED_AFTER = 1500;

  const date = (event) => event.target.closest(".partial-date");

  document.addEventListener("focusin", (event) => date(event) && place(date(event)));
  document.addEventListener("input", (event) => date(event) && typed(date(event)));
  document.addEventListener("focusout", (event) => date(event)?.refusal && refuse(date(event)));

  function typed(input) {
    clearTimeout(input.waiting);
    forget(input);
    if (input.value.trim()) input.waiting = setTimeout(() => explain(input), ASKED_AFTER);
    else say(input, "");
  }

  async function explain(input) {
    const text = input.value;
    const address = `${input.dataset.understand}?text=${encodeURIComponent(text)}`;
    const answer = await fetch(address).catch(() => null);
    if (!answer?.ok || answer.redirected || input.value !== text) return;
    const { understood, refused } = await answer.json();
    say(input, understood);
    if (refused) wait(input, refused);
  }

  function wait(input, refusal) {
    input.refusal = refusal;
    if (document.activeElement === input) input.waiting = setTimeout(() => refuse(input), REFUSED_AFTER);
    else refuse(input);
  }

  function refuse(input) {
    say(input, input.refusal, true);
    forget(input);
  }

  function forget(input) {
    clearTimeout(input.waiting);
    delete input.refusal;
  }

  function say(input, sentence, refused = false) {
    const told = place(input);
    if (told.textContent !== sentence) told.textContent = sentence;
    told.classList.toggle("refused", refused);
    if (refused) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }

  // The element for the message. It exists from the start, or screen readers would not read it.
  function place(input) {
    const id = `${input.id}_understood`;
    let told = document.getElementById(id);
    if (!told) {
      told = document.createElement("span");
      told.id = id;
      told.className = "understood";
      input.after(told);
    }
    told.setAttribute("aria-live", "polite");
    const described = (input.getAttribute("aria-describedby") || "").split(" ").filter(Boolean);
    if (!described.includes(id)) input.setAttribute("aria-describedby", [...described, id].join(" "));
    return told;
  }
})();
