/* What htmx does not do at the segments: the marks of the slider, rows that close again, thresholds read aloud, copying. */
(function () {
  "use strict";
  const k = document.getElementById("k");
  function mark() {
    for (const link of document.querySelectorAll(".k-marks a")) {
      if (link.textContent === k.value) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
  if (k) k.addEventListener("input", mark);

  /* A mark moves the slider, which asks for the number. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".k-marks a");
    if (link && k) {
      event.preventDefault();
      k.value = link.textContent;
      k.dispatchEvent(new Event("input", { bubbles: true }));
    }
    const copies = event.target.closest("[data-copies]");
    if (copies) {
      navigator.clipboard.writeText(document.getElementById(copies.dataset.copies).textContent);
      document.getElementById("announce").textContent = copies.textContent = "Copied";
    }
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.detail.elt;
    if (!button.matches(".opens[aria-expanded=true]")) return;
    event.preventDefault();
    button.setAttribute("aria-expanded", "false");
    document.getElementById(button.getAttribute("aria-controls")).replaceChildren();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const button = event.detail.requestConfig && event.detail.requestConfig.elt;
    if (button && button.matches(".opens")) button.setAttribute("aria-expanded", "true");
    tell();
  });

  function tell() {
    for (const told of document.querySelectorAll("[data-at]")) {
      const slider = document.getElementById(told.dataset.at);
      slider.setAttribute("aria-valuetext", told.textContent);
      document.getElementById(told.dataset.at + "-is").textContent = told.textContent;
    }
  }
  tell();
})();
