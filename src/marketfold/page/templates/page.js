/* Contents and anchors. */
(function () {
  "use strict";
  const links = new Map(Array.from(document.querySelectorAll(".contents a")).map((a) => [a.hash.slice(1), a]));
  const fold = document.getElementById("contents-fold");
  const narrow = window.matchMedia("(max-width: 60rem)");
  function foldContents() { fold.open = !narrow.matches; }
  narrow.addEventListener("change", foldContents);
  foldContents();
  fold.addEventListener("click", (event) => { if (event.target.closest("a") && narrow.matches) fold.open = false; });

  /* Scroll spy: the last chapter whose top has passed the upper third of the window. */
  const chapters = Array.from(document.querySelectorAll("main > .chapter"));
  let waiting = false;
  function spy() {
    waiting = false;
    const line = window.innerHeight / 3;
    const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 4;
    const passed = chapters.filter((chapter) => chapter.getBoundingClientRect().top <= line);
    const current = atEnd ? chapters[chapters.length - 1] : passed[passed.length - 1];
    links.forEach((link, key) => {
      if (current && key === current.id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  }
  /* Where each chapter is a page of its own, whoever shows them says which it is. */
  if (chapters.length) {
    window.addEventListener("scroll", () => { if (!waiting) { waiting = true; requestAnimationFrame(spy); } }, { passive: true });
    spy();
  }

  /* A line ends nowhere within a flag: a browser would end it after the hyphens. */
  const flag = /--[a-z][a-z-]*/;
  const walker = document.createTreeWalker(document.getElementById("main"), NodeFilter.SHOW_TEXT);
  const flagged = [];
  while (walker.nextNode()) if (flag.test(walker.currentNode.data)) flagged.push(walker.currentNode);
  for (let text of flagged) {
    for (let match = flag.exec(text.data); match; match = flag.exec(text.data)) {
      const name = text.splitText(match.index);
      text = name.splitText(match[0].length);
      const whole = document.createElement("span");
      whole.className = "whole";
      name.replaceWith(whole);
      whole.append(name);
    }
  }

  /* Within the studio the other page is a station of its own, and a frame of no origin can only ask for it. */
  if (window.parent !== window) document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-elsewhere]");
    if (!link) return;
    event.preventDefault();
    window.parent.postMessage({ marketfold: link.dataset.elsewhere, at: link.hash }, "*");
  });

  document.getElementById("print-button").addEventListener("click", async () => {
    if (window.marketfoldFigures) await window.marketfoldFigures.prepare();
    window.print();
  });

  /* An anchor inside a closed fold opens it. */
  function openTarget() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    let opened = false;
    for (let box = target; box; box = box.parentElement) if (box.tagName === "DETAILS" && !box.open) { box.open = true; opened = true; }
    if (opened) target.scrollIntoView();
  }
  window.addEventListener("hashchange", openTarget);
  openTarget();
})();
