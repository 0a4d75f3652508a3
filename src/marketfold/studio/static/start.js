(function () {
  "use strict";
  const drop = document.getElementById("drop");
  const file = document.getElementById("file");
  const said = document.getElementById("said");
  const box = document.getElementById("uploading");
  const bar = document.getElementById("uploaded");
  const text = document.getElementById("uploading-text");
  let sending = null;

  function tell(html, words) {
    box.hidden = true;
    drop.classList.remove("is-busy");
    sending = null;
    file.value = "";
    if (html) said.innerHTML = html;
    else { said.textContent = words; said.className = words ? "notice warning" : ""; }
    if (html || words) said.scrollIntoView({ block: "center" });
  }

  function ended(request) {
    const place = request.getResponseHeader("HX-Redirect");
    if (place) location.assign(place);
    else if (request.status === 200) tell(request.responseText, "");
    else tell("", request.responseText || "The file did not arrive. Bring it again.");
  }

  function send(one) {
    if (sending) return;
    said.textContent = "";
    said.className = "";
    box.hidden = false;
    drop.classList.add("is-busy");
    bar.value = 0;
    text.textContent = `Bringing ${one.name}`;
    sending = new XMLHttpRequest();
    let told = 0;
    sending.upload.onprogress = (event) => {
      bar.value = event.total ? event.loaded / event.total : 0;
      const tenth = Math.floor(bar.value * 10);
      if (tenth > told) { told = tenth; text.textContent = `Bringing ${one.name}: ${tenth * 10} %`; }
    };
    sending.onload = (event) => ended(event.target);
    sending.onerror = () => tell("", "The file did not arrive: the connection was broken off. Nothing of it was kept. Bring it again.");
    sending.onabort = () => tell("", "");
    sending.open("POST", `/upload?name=${encodeURIComponent(one.name)}&later=${drop.dataset.later || ""}`);
    sending.setRequestHeader("HX-Request", "true");
    sending.send(one);
  }

  file.addEventListener("change", () => { if (file.files.length) send(file.files[0]); });
  document.getElementById("upload-cancel").addEventListener("click", () => { if (sending) sending.abort(); });
  ["dragenter", "dragover"].forEach((name) => document.addEventListener(name, (event) => {
    event.preventDefault();
    drop.classList.add("is-over");
  }));
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("is-over"); });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("is-over");
    const files = event.dataTransfer.files;
    if (files.length === 1) send(files[0]);
    else if (files.length > 1) tell("", "Bring one file at a time. Several that belong together are read as one from a folder: pick it below.");
  });
})();
