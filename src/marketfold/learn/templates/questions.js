/* What the reader expects before a figure, five questions after it, programs to copy, and how far each lesson is. */
(function () {
  "use strict";
  const pages = Array.from(document.querySelectorAll("[data-lesson]"));

  for (const box of document.querySelectorAll("[data-predict]")) {
    const name = box.dataset.predict, kept = Kept.of(name);
    const buttons = Array.from(box.querySelectorAll("[data-say]"));
    function told(words) {
      box.querySelector("[data-said]").textContent = words ? `You said: ${words}.` : "";
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.say === words)));
    }
    if (kept.opened) told(kept.said);
    buttons.forEach((button) => button.addEventListener("click", () => {
      kept.opened = true;
      kept.said = button.dataset.say;
      told(kept.said);
      Lessons.open(name);
      Kept.save();
    }));
  }

  function mark(question, place) {
    const right = Number(question.dataset.right) === place;
    question.classList.toggle("is-right", right);
    question.classList.toggle("is-wrong", !right);
    question.querySelector(".marked").textContent = right ? "Right." : "Not that one. Try again, or read why.";
    question.querySelector(".answer").open = right;
    question.classList.add("answered");
  }
  pages.forEach((page) => page.querySelectorAll(".question").forEach((question, number) => {
    const kept = Kept.of(page.id), inputs = Array.from(question.querySelectorAll("input"));
    /* Kept as words: on the page of other data an option may stand elsewhere, or not be there. */
    const words = inputs.map((input) => input.parentElement.textContent.trim());
    const before = words.indexOf(kept.answers[number]);
    if (before >= 0) { inputs[before].checked = true; mark(question, before); }
    inputs.forEach((input, place) => input.addEventListener("change", () => {
      kept.answers[number] = words[place];
      mark(question, place);
      Kept.save();
    }));
  }));

  function progress() {
    const every = document.querySelectorAll(".question"), known = document.querySelectorAll(".question.is-right").length;
    document.querySelector("[data-all-progress]").textContent = known ? `${known} of ${every.length} answered right so far.` : "";
    for (const page of pages) {
      const all = page.querySelectorAll(".question").length, right = page.querySelectorAll(".question.is-right").length;
      const answered = page.querySelectorAll(".question.answered").length;
      for (const place of document.querySelectorAll(`[data-progress="${page.id}"]`)) {
        place.textContent = answered ? `${right} of ${all}` : "";
        place.classList.toggle("done", right === all);
      }
    }
  }
  document.addEventListener("marketfold-progress", progress);
  progress();

  function byHand(node) {
    const range = document.createRange(), selection = getSelection();
    range.selectNodeContents(node);
    selection.removeAllRanges();
    selection.addRange(range);
    return document.execCommand("copy");
  }
  for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", async () => {
    const code = button.parentElement.querySelector("code");
    let copied = true;
    try { await navigator.clipboard.writeText(code.textContent); } catch (error) { copied = byHand(code); }
    button.textContent = copied ? "Copied" : "Press Ctrl C";
  });
})();
