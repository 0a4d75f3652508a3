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
})();
