/* What htmx does not do for the plan: figures that follow a slider at once, letters that are counted, one of two readings. */
(function () {
  "use strict";
  function show(field) {
    const told = document.getElementById("of-" + field.id);
    if (told) {
      told.textContent = Math.round(field.value * 100) + "\u202f%";
      field.setAttribute("aria-valuetext", told.textContent);
    }
    const counted = document.querySelector("[data-counts='" + field.id + "']");
    if (counted) {
      const length = Array.from(field.value.trim()).length;
      counted.textContent = length + " of " + counted.dataset.limit;
      counted.classList.toggle("beyond", length > Number(counted.dataset.limit));
    }
  }
  document.addEventListener("input", (event) => { if (event.target.id) show(event.target); });
  document.addEventListener("click", (event) => {
    const reading = event.target.closest(".readings button");
    if (!reading) return;
    event.preventDefault();
    const field = document.getElementById(reading.dataset.for);
    field.value = reading.value;
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  /* What was typed and not saved is asked about before the page goes, but where it is given up on purpose. */
  let isGivenUp = false;
  document.addEventListener("click", (event) => { if (event.target.closest("#discard")) isGivenUp = true; });
  window.addEventListener("beforeunload", (event) => {
    if (!isGivenUp && document.querySelector("#plan-state[data-unsaved]")) event.preventDefault();
  });

  /* While the plan is saved nothing is typed, and what would have followed is not shown over what was saved. */
  const typing = () => document.getElementById("following");
  const isSaving = () => typing() && typing().inert;
  const isFollowing = (detail) => detail.elt.id === "following";
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "plan") typing().inert = true;
    else if (isFollowing(event.detail) && isSaving()) event.preventDefault();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id === "plan" && typing()) typing().inert = false;
  });

  /* A form that comes back has the folds open that were open, and those in which something is to be mended. */
  let open = [];
  const keyOf = (fold) => fold.id || (fold.closest(".campaign") || {}).id + "/" + fold.querySelector("summary").textContent;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const detail = event.detail;
    if (isFollowing(detail)) { detail.shouldSwap = document.contains(detail.elt) && !isSaving(); return; }
    if (detail.xhr.status === 409 || detail.xhr.status === 422) { detail.shouldSwap = true; detail.isError = false; }
    if (detail.target.id === "main") open = Array.from(detail.target.querySelectorAll("details[open]"), keyOf);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "main") return;
    for (const fold of document.querySelectorAll("#main details")) fold.open = open.includes(keyOf(fold));
    const first = document.querySelector("#main .at-field .notice");
    for (let fold = first && first.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const refused = document.getElementById("refused");
    if (refused) refused.focus();
  });
})();
