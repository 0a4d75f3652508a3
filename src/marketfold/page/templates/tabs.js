/* Tabs, with the arrow keys. */
(function () {
  "use strict";
  for (const list of document.querySelectorAll("[role=tablist]")) {
    const tabs = Array.from(list.querySelectorAll("[role=tab]"));
    function select(tab) {
      for (const other of tabs) {
        const chosen = other === tab;
        other.setAttribute("aria-selected", String(chosen));
        other.tabIndex = chosen ? 0 : -1;
        document.getElementById(other.getAttribute("aria-controls")).classList.toggle("later", !chosen);
      }
      document.dispatchEvent(new Event("marketfold-shown"));
    }
    tabs.forEach((tab, index) => {
      tab.addEventListener("click", () => select(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const other = tabs[(index + step + tabs.length) % tabs.length];
        other.focus();
        select(other);
      });
    });
  }
})();
