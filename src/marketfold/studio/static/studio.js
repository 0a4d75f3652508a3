/* What htmx does not do: the list of stations folds on a phone, and a page is loaded again when its work has ended. */
(function () {
  "use strict";
  const fold = document.getElementById("contents-fold");
  const narrow = window.matchMedia("(max-width: 60rem)");
  function foldStations() { fold.open = !narrow.matches; }
  narrow.addEventListener("change", foldStations);
  foldStations();
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.detail.type === "ended") location.reload();
  });
  /* What was refused before a page could say so: too large, a studio that was started again, one that is gone. */
  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      const said = document.getElementById("said");
      const answer = event.detail.xhr;
      const plain = answer && (answer.getResponseHeader("content-type") || "").startsWith("text/plain");
      if (answer && answer.status && !plain) return;
      said.textContent = (plain && answer.responseText) || "The studio did not answer, and nothing was saved. Is it still running?";
      said.className = "notice warning";
      said.scrollIntoView({ block: "center" });
    });
  }
})();
