/* The button that goes round automatic, light and dark. */
(function () {
  "use strict";
  const words = { auto: "Auto", light: "Light", dark: "Dark" };
  const next = { auto: "light", light: "dark", dark: "auto" };
  const button = document.getElementById("theme-button");
  function show() {
    const choice = window.marketfoldTheme.choice;
    document.getElementById("theme-word").textContent = words[choice];
    button.setAttribute("aria-label", "Colours: " + (choice === "auto" ? "as the system" : choice));
  }
  button.addEventListener("click", function () {
    const mode = window.marketfoldTheme.mode();
    let choice = next[window.marketfoldTheme.choice];
    // From automatic, the first press must change what is seen.
    if (window.marketfoldTheme.choice === "auto") choice = mode === "dark" ? "light" : "dark";
    else if (choice !== "auto" && choice === mode) choice = next[choice];
    window.marketfoldTheme.choose(choice);
    show();
    document.dispatchEvent(new Event("marketfold-theme"));
  });
  show();
})();
