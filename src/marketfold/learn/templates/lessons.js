/* The frame of the lessons: one page at a time by the address, what each starts with when it is first seen, and what is kept. */
const Kept = (function () {
  "use strict";
  const KEY = "marketfold-lessons";
  let all = {}, stored = true;
  /* A page within a frame of no origin, or opened from a mail, has no storage: then it is kept as long as the page. */
  try { all = JSON.parse(localStorage.getItem(KEY)) || {}; } catch (error) { stored = false; }
  function of(name) { return all[name] || (all[name] = { answers: {} }); }
  function save() {
    try { localStorage.setItem(KEY, JSON.stringify(all)); } catch (error) { stored = false; }
    document.dispatchEvent(new Event("marketfold-progress"));
  }
  return { of, save, isStored: () => stored };
})();
const Lessons = (function () {
  "use strict";
  const root = document.documentElement;
  const pages = Array.from(document.querySelectorAll(".lesson-page"));
  const links = Array.from(document.querySelectorAll(".contents a"));
  const starts = new Map();

  function current() { return pages.find((page) => !page.hidden); }
  function begin(name) {
    const waiting = starts.get(name) || [];
    starts.delete(name);
    waiting.forEach((start) => start());
  }
  function isSeen(name) {
    const page = document.getElementById(name);
    return !page.hidden && page.classList.contains("open");
  }
  /* A figure is drawn when it has a width: its page is shown, and the reader has said what is expected. */
  function whenSeen(name, start) {
    if (isSeen(name)) { start(); return; }
    starts.set(name, (starts.get(name) || []).concat([start]));
  }
  /* What the reader is asked about before the rest is shown. */
  function whenShown(name, start) {
    if (!document.getElementById(name).hidden) { start(); return; }
    starts.set(name + "?", (starts.get(name + "?") || []).concat([start]));
  }
  function whenPrinted(prepare) {
    if (root.classList.contains("printing")) prepare();
    window.addEventListener("beforeprint", prepare);
  }
  /* A button that takes a step again and again until it is pressed once more, `pause()` milliseconds apart; what is given back stops it. */
  function played(button, step, pause) {
    const says = button.textContent;
    let timer = null;
    function stop() { if (timer) clearInterval(timer); timer = null; button.textContent = says; }
    button.addEventListener("click", () => {
      if (timer) { stop(); return; }
      button.textContent = "Pause";
      step();
      timer = setInterval(step, pause());
    });
    return stop;
  }
  function open(name) {
    document.getElementById(name).classList.add("open");
    if (isSeen(name)) begin(name);
  }
  function show(hash, moved) {
    const target = document.getElementById(decodeURIComponent(hash.slice(1)) || "start");
    const skipped = hash === "#main" && current();
    const page = (target && target.closest(".lesson-page")) || skipped || pages[0];
    const changed = page !== current() || pages.some((other) => other !== page && !other.hidden);
    pages.forEach((other) => { other.hidden = other !== page; });
    links.forEach((link) => { if (link.hash === "#" + page.id) link.setAttribute("aria-current", "page"); else link.removeAttribute("aria-current"); });
    begin(page.id + "?");
    if (page.classList.contains("open")) begin(page.id);
    if (!moved || !changed) return;
    if (target === page || !target) { window.scrollTo(0, 0); page.querySelector("h1, h2").focus({ preventScroll: true }); }
    else target.scrollIntoView();
  }

  /* Paper shows all of it. */
  window.addEventListener("beforeprint", () => {
    root.classList.add("printing");
    Array.from(starts.keys()).forEach(begin);
  });
  window.addEventListener("afterprint", () => root.classList.remove("printing"));
  window.addEventListener("hashchange", () => show(location.hash, true));
  /* A frame of no origin may not even change the part of its address after the sign. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) show(link.hash, true);
  });
  document.querySelectorAll("[data-kept]").forEach((note) => {
    note.textContent = Kept.isStored() ? "Your answers are kept in this browser." : "Your answers are kept as long as this page stays open.";
  });
  for (const page of pages) if (Kept.of(page.id).opened) page.classList.add("open");
  show(location.hash, false);
  return { whenShown, whenSeen, whenPrinted, played, open };
})();
