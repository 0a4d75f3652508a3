(function () {
  "use strict";
  var root = document.documentElement;
  var system = window.matchMedia("(prefers-color-scheme: dark)");
  function stored() { try { return localStorage.getItem("marketfold-theme") || "auto"; } catch (e) { return "auto"; } }
  window.marketfoldTheme = {
    choice: stored(),
    mode: function () { return this.choice === "auto" ? (system.matches ? "dark" : "light") : this.choice; },
    apply: function () { root.dataset.mode = this.mode(); root.dataset.theme = this.choice; },
    choose: function (choice) {
      this.choice = choice;
      try { localStorage.setItem("marketfold-theme", choice); } catch (e) { /* a page opened from a mail has no storage */ }
      this.apply();
    }
  };
  root.classList.add("js");
  window.marketfoldTheme.apply();
  system.addEventListener("change", function () { window.marketfoldTheme.apply(); document.dispatchEvent(new Event("marketfold-theme")); });
})();
