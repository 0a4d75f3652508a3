/* A stop list that is dropped anywhere on the page goes into its field. */
(function () {
  "use strict";
  const list = document.getElementById("list");
  ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => event.preventDefault()));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length !== 1) return;
    list.files = event.dataTransfer.files;
    list.focus();
  });
})();
