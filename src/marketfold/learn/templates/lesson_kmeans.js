/* Lesson 1: the six steps of K-means on the reader's own customers. */
(function () {
  "use strict";
  const data = window.marketfoldLesson;
  const host = document.getElementById("kmeans-plane");
  const area = Drawing.plane(host, 640, 0.77, ["", ""]);
  const steps = Array.from(document.querySelectorAll("#kmeans-steps li"));
  const status = document.getElementById("kmeans-status");
  const control = (name) => document.getElementById("kmeans-" + name);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  let state, dots, at, points, timer = null, start = data.seed, finished = [];

  function choosePoints() {
    const a = Number(control("x").value), b = Number(control("y").value);
    points = data.points.map((row) => [row[a], row[b]]);
    area.name(data.labels[a], data.labels[b]);
    at = Drawing.place(area, points);
    dots = Drawing.dots(area, points, at);
    finished = [];
    reset();
  }
  function reset() {
    stop();
    const k = Number(control("k").value);
    control("k-value").textContent = String(k);
    state = { k, step: 0, round: 0, centres: [], labels: null, done: false, changed: 0 };
    show(`K is ${k}: you want ${k} groups. Press Step.`);
  }
  function describe() {
    const sizes = state.labels ? state.centres.map((_, c) => state.labels.filter((l) => l === c).length) : [];
    area.say(`${points.length} ${data.units}, ${state.centres.length} centres${sizes.length ? ", groups of " + sizes.join(", ") : ""}.`);
  }
  function show(text) {
    steps.forEach((item, i) => { if (i === state.step) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current"); });
    status.textContent = text;
    dots.forEach((dot, i) => dot.setAttribute("class", "point" + (state.labels ? " seg-" + (state.labels[i] + 1) : "")));
    const old = Array.from(area.over.children);
    if (old.length !== state.centres.length) area.over.replaceChildren();
    state.centres.forEach((centre, c) => {
      const [x, y] = at(centre);
      const group = area.over.children[c] || Drawing.cross(area.over, x, y, c + 1);
      group.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    });
    describe();
    control("step").disabled = state.done;
    control("play").disabled = state.done;
  }
  function trail(before, after) {
    before.forEach((centre, c) => {
      const [x1, y1] = at(centre), [x2, y2] = at(after[c]);
      Drawing.make("line", { x1, y1, x2, y2, class: "trail seg-" + (c + 1) }, area.under);
    });
  }
  const total = () => Drawing.figures(Maths.wcss(points, state.labels, state.centres));

  function seed() {
    area.under.replaceChildren();
    state.centres = Maths.seedCentres(points, state.k, Maths.random(start * 7919 + state.k));
    state.k = state.centres.length;
    state.step = 1;
    show(`${state.k} ${data.units} were drawn by lot (start ${start}); the first centres stand on them.`);
  }
  function firstAssign() {
    state.labels = Maths.assign(points, state.centres);
    state.step = 2;
    show(`Each of the ${points.length} ${data.units} joined the nearest centre. WCSS is ${total()}.`);
  }
  function moveCentres() {
    const next = Maths.move(points, state.labels, state.centres);
    trail(state.centres, next);
    state.centres = next;
    state.round += 1;
    state.step = 3;
    show(`Round ${state.round}: each centre went to the middle of its group. WCSS is ${total()}.`);
  }
  function reassign() {
    const next = Maths.assign(points, state.centres);
    state.changed = next.filter((label, i) => label !== state.labels[i]).length;
    state.labels = next;
    state.step = 4;
    show(`Round ${state.round}: ${state.changed} of ${points.length} ${data.units} changed group. WCSS is ${total()}.`);
  }
  function decide() {
    state.step = 5;
    if (state.changed) { show("Somebody moved, so the centres must move again."); return; }
    state.done = true;
    const value = Maths.wcss(points, state.labels, state.centres);
    finished.push(value);
    const best = Math.min(...finished);
    const others = finished.length > 1 ? ` Of ${finished.length} starts the best reached ${Drawing.figures(best)}.` : " Try another start: it may end elsewhere.";
    stop();
    show(`Nobody moved: finished after ${state.round} rounds with WCSS ${Drawing.figures(value)}.${others}`);
  }
  function advance() {
    if (state.done) return;
    [seed, firstAssign, moveCentres, reassign, decide, moveCentres][state.step]();
  }
  function stop() {
    if (timer) clearInterval(timer);
    timer = null;
    control("play").textContent = "Play";
  }
  function play() {
    if (timer) { stop(); return; }
    control("play").textContent = "Pause";
    advance();
    timer = setInterval(advance, calm.matches ? 1600 : 950);
  }
  control("step").addEventListener("click", () => { stop(); advance(); });
  control("play").addEventListener("click", play);
  control("reset").addEventListener("click", () => { area.under.replaceChildren(); reset(); });
  control("again").addEventListener("click", () => { start += 1; area.under.replaceChildren(); reset(); });
  control("k").addEventListener("input", () => { finished = []; area.under.replaceChildren(); reset(); });
  for (const axis of ["x", "y"]) control(axis).addEventListener("change", () => { area.under.replaceChildren(); choosePoints(); });
  choosePoints();
})();
