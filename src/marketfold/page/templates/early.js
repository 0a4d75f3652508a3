(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  // A frame of the studio has no storage: its address says which colours, and that the bar stands around it already.
  var asked = window.parent === window ? new URLSearchParams() : new URLSearchParams(location.search);
  var colours = /^(auto|light|dark)$/.exec(asked.get("colours") || "");
  function stored() { try { return localStorage.getItem("marketfold-theme") || "auto"; } catch (e) { return "auto"; } }
  window.marketfoldTheme = {
    choice: colours ? colours[0] : stored(),
    mode: function () { return this.choice === "auto" ? (system.matches ? "dark" : "light") : this.choice; },
    apply: function () { root.dataset.mode = this.mode(); root.dataset.theme = this.choice; },
    choose: function (choice) {
      this.choice = choice;
      try { localStorage.setItem("marketfold-theme", choice); } catch (e) { /* a page opened from a mail has no storage */ }
      this.apply();
    }
  };
  root.classList.add("js");
  if (asked.has("framed")) root.classList.add("is-framed");
  window.marketfoldTheme.apply();
  // The studio around a frame tells it of other colours, so that it need not be loaded again.
  if (window.parent !== window) window.addEventListener("message", function (event) {
    var told = event.source === window.parent && event.data && event.data.colours;
    if (typeof told !== "string" || !/^(auto|light|dark)$/.test(told)) return;
    window.marketfoldTheme.choice = told;
    window.marketfoldTheme.apply();
    document.dispatchEvent(new Event("marketfold-theme"));
  });
  system.addEventListener("change", function () { window.marketfoldTheme.apply(); document.dispatchEvent(new Event("marketfold-theme")); });
})();
