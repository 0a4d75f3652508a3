/* The report and the lessons in their frame, which has no storage of its own, take the colours that the studio has. */
(function () {
  "use strict";
  const frame = document.querySelector("iframe.framed");
  if (!frame) return;
  const address = new URL(frame.src);
  function show() {
    address.searchParams.set("colours", window.marketfoldTheme.choice);
    frame.contentWindow.location.replace(address);
  }
  document.addEventListener("marketfold-theme", show);
  if (window.marketfoldTheme.choice !== "auto") show();
})();
