/* K-means: its six steps on the reader's own rows, with centres and rows to drag. */
Lessons.whenSeen("kmeans", function () {
  "use strict";
  const data = window.marketfoldLesson;
  const area = Drawing.plane(document.getElementById("kmeans-plane"), 640, 0.77, ["", ""]);
  const steps = Array.from(document.querySelectorAll("#kmeans-steps li"));
  const status = document.getElementById("kmeans-status");
  const control = (name) => document.getElementById("kmeans-" + name);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  const rays = Drawing.make("g", {}), tiles = land();
  let state, dots, at, points, columns, chosen = -1, start = data.seed, finished = [];

  /* Small tiles over the whole plane: each has the colour of the centre that is nearest to it. */
  function land() {
    const across = 40, up = 30, group = Drawing.make("g", { class: "land" }), box = area.box;
    const wide = (box.right - box.left) / across, high = (box.bottom - box.top) / up;
    area.under.before(group);
    return Array.from({ length: across * up }, (_, i) => {
      const x = box.left + (i % across) * wide, y = box.top + Math.floor(i / across) * high;
      return { middle: [x + wide / 2, y + high / 2], node: Drawing.make("rect", { x: x.toFixed(1), y: y.toFixed(1), width: wide.toFixed(1), height: high.toFixed(1) }, group) };
    });
  }
  function colourLand() {
    const centres = state.centres;
    tiles.forEach(({ middle, node }) => node.setAttribute("class", centres.length ? "seg-" + (Maths.nearest(at.back(...middle), centres) + 1) : ""));
  }
  function choosePoints() {
    columns = [Number(control("x").value), Number(control("y").value)];
    points = data.points.map((row) => columns.map((j) => row[j]));
    area.name(...columns.map(Units.label));
    at = Drawing.place(area, points);
    dots = Drawing.dots(area, points, at);
    dots.forEach((dot, i) => dot.addEventListener("pointerdown", () => choose(i)));
    finished = [];
    choose(-1);
    reset();
  }
  function reset() {
    stop();
    const k = Number(control("k").value);
    control("k-value").textContent = String(k);
    area.under.replaceChildren(rays);
    state = { k, step: 0, round: 0, centres: [], labels: null, done: false, changed: 0, byHand: false };
    show(`K is ${k}: you want ${k} groups. Press Step.`);
  }
  function describe() {
    const sizes = state.labels ? state.centres.map((_, c) => state.labels.filter((l) => l === c).length) : [];
    area.say(`${points.length} ${data.units}, ${state.centres.length} centres${sizes.length ? ", groups of " + sizes.join(", ") : ""}.`);
  }
  function colour() {
    dots.forEach((dot, i) => dot.setAttribute("class", "point" + (state.labels ? " seg-" + (state.labels[i] + 1) : "") + (i === chosen ? " handle chosen" : "")));
  }
  function stand(mark, centre) {
    const [x, y] = at(centre);
    mark.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }
  function show(text) {
    steps.forEach((item, i) => { if (i === state.step) item.setAttribute("aria-current", "step"); else item.removeAttribute("aria-current"); });
    status.textContent = text;
    if (area.over.children.length !== state.centres.length) {
      area.over.replaceChildren();
      state.centres.forEach((centre, c) => {
        const mark = Drawing.cross(area.over, ...at(centre), c + 1);
        Drawing.handle(area, at, mark, `Centre ${c + 1}`, () => state.centres[c], (place) => moveByHand(c, place));
      });
    }
    state.centres.forEach((centre, c) => stand(area.over.children[c], centre));
    colour();
    colourLand();
    measure();
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

  /* A centre that is dragged: everybody joins the nearest again, and the method goes on from there. */
  function moveByHand(c, place) {
    stop();
    state.centres[c] = place;
    state.done = false;
    state.byHand = true;
    if (!state.labels) { show("Put the centres where you like, then press Step."); return; }
    state.labels = Maths.assign(points, state.centres);
    state.step = 2;
    show(`You moved centre ${c + 1}. WCSS is ${total()}. Press Step: does the method bring it back?`);
  }
  /* One row that is looked at: straight lines to all centres, and it can be moved too. */
  function choose(i) {
    chosen = i;
    control("one").value = String(i + 1);
    control("one-value").textContent = i < 0 ? "none" : String(i + 1);
    if (i >= 0 && !dots[i].hasAttribute("tabindex")) Drawing.handle(area, at, dots[i], `${data.unit} ${i + 1}`, () => points[i], (place) => movePoint(i, place));
    if (state) { colour(); measure(); }
  }
  function movePoint(i, place) {
    stop();
    points[i] = place;
    const [x, y] = at(place);
    dots[i].setAttribute("cx", x.toFixed(1));
    dots[i].setAttribute("cy", y.toFixed(1));
    if (state.labels) state.labels = Maths.assign(points, state.centres);
    state.done = false;
    if (state.step > 2) state.step = 2;
    show(state.labels ? `You moved ${data.unit} ${i + 1}. WCSS is ${total()}. Press Step: the centres follow.` : `You moved ${data.unit} ${i + 1}.`);
  }
  function measure() {
    rays.replaceChildren();
    if (chosen < 0) return;
    const point = points[chosen], [x, y] = at(point);
    const far = state.centres.map((centre) => Math.sqrt(Maths.distance2(point, centre)));
    far.forEach((_, c) => {
      const [x2, y2] = at(state.centres[c]);
      Drawing.make("line", { x1: x, y1: y, x2, y2, class: `ray seg-${c + 1}` + (far[c] === Math.min(...far) ? " nearest" : "") }, rays);
    });
    const what = columns.map((j, axis) => `${Units.label(j)} ${Units.write(j, point[axis])}`).join(", ");
    const lines = far.map((d, c) => `${d.toFixed(2)} to centre ${c + 1}`).join(", ");
    control("distances").textContent = `This ${data.unit}: ${what}. ${far.length ? `Distances: ${lines}. The nearest is centre ${far.indexOf(Math.min(...far)) + 1}.` : "There are no centres yet."}`;
  }

  function firstCentres() {
    const way = control("start").value, chance = Maths.random(start * 7919 + state.k);
    if (way === "spread") return Maths.spreadCentres(points, state.k, chance);
    if (way === "lot") return Maths.seedCentres(points, state.k, chance);
    const middle = (area.box.top + area.box.bottom) / 2, wide = area.box.right - area.box.left;
    return Array.from({ length: state.k }, (_, c) => at.back(area.box.left + wide * (c + 1) / (state.k + 1), middle));
  }
  function seed() {
    area.under.replaceChildren(rays);
    state.centres = firstCentres();
    state.k = state.centres.length;
    state.step = 1;
    const told = { lot: `${state.k} ${data.units} were drawn by lot (start ${start}); the first centres stand on them.`,
      spread: `k-means++ drew ${state.k} ${data.units} that lie apart (start ${start}); the first centres stand on them.`,
      hand: `Here are ${state.k} centres: drag them to where you want to begin, then press Step.` };
    show(told[control("start").value]);
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
    show(`Round ${state.round}: each centre went to the mean of its group. WCSS is ${total()}.`);
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
    const others = finished.length > 1 ? ` Of ${finished.length} endings the best reached ${Drawing.figures(best)}.` : " Try another start: it may end elsewhere.";
    stop();
    show(`Nobody moved: finished after ${state.round} rounds with WCSS ${Drawing.figures(value)}.${others}`);
  }
  function advance() {
    if (state.done) return;
    [seed, firstAssign, moveCentres, reassign, decide, moveCentres][state.step]();
  }
  const stop = Lessons.played(control("play"), advance, () => (calm.matches ? 1600 : 950));
  control("step").addEventListener("click", () => { stop(); advance(); });
  control("reset").addEventListener("click", reset);
  control("again").addEventListener("click", () => { start += 1; reset(); });
  control("back").addEventListener("click", choosePoints);
  control("k").addEventListener("input", () => { finished = []; reset(); });
  control("start").addEventListener("change", reset);
  control("one").addEventListener("input", () => choose(Number(control("one").value) - 1));
  for (const axis of ["x", "y"]) control(axis).addEventListener("change", choosePoints);
  choosePoints();
});

/* Where it fails: cases made on the spot. */
Lessons.whenSeen("kmeans", function () {
  "use strict";
  const n = 240;
  function noise() {
    const chance = Maths.random(11);
    return Array.from({ length: n }, () => [chance() * 4, chance() * 4]);
  }
  function giant() {
    const chance = Maths.random(12);
    const rows = Array.from({ length: n - 1 }, (_, i) => [Maths.normal(chance) * 0.5 + (i % 2) * 3, Maths.normal(chance) * 0.5]);
    return rows.concat([[60, 25]]);
  }
  function strips() {
    const chance = Maths.random(13);
    return Array.from({ length: n }, (_, i) => [Maths.normal(chance) * 3.2, Maths.normal(chance) * 0.28 + (i % 2) * 2]);
  }
  function skewed(log) {
    const chance = Maths.random(14);
    const rows = Array.from({ length: n }, (_, i) => [1.4 * (i % 2) * 2 + Maths.normal(chance) * 0.5 + 2, 1.1 * (i % 2) * 2 + Maths.normal(chance) * 0.5 + 1]);
    return log ? rows : rows.map((row) => row.map((v) => Math.exp(v)));
  }
  function sizes(result) {
    const counts = result.centres.map((_, c) => result.labels.filter((l) => l === c).length);
    return counts.length === 1 ? `the only group holds all ${n}` : `the groups hold ${counts.slice(0, -1).join(", ")} and ${counts[counts.length - 1]} points`;
  }
  const cases = {
    noise: [noise, ["nothing", "nothing either"], (k, curve) => `Pure noise, and still the curve bends, at K = ${Maths.knee(curve)}. An elbow alone proves nothing: that is why the report draws shuffled data beside yours.`],
    giant: [giant, ["orders", "revenue"], (k, curve, result) => {
      const alone = Math.min(...result.centres.map((_, c) => result.labels.filter((l) => l === c).length));
      return k === 1 ? "Two groups and one giant customer far to the right." : `With K = ${k} the smallest group holds ${alone} customer${alone === 1 ? "" : "s"}. ${alone === 1 ? "The giant takes a group for itself, and the real two groups pay for it." : ""}`;
    }],
    strips: [strips, ["spread out", "apart"], () => "Two long strips. K-means wants round groups, so at K = 2 it cuts both strips in the middle instead of parting them."],
    skew: [() => skewed(false), ["orders", "revenue"], (k, curve, result) => `Two groups of ${n / 2} were made here. Money is skewed: a few points stretch the plane, and K-means follows them. At K = ${k} ${sizes(result)}.`],
    log: [() => skewed(true), ["orders (logarithm)", "revenue (logarithm)"], (k, curve, result) => `The same points after the logarithm: now distance means "times as much", and at K = ${k} ${sizes(result)}. Marketfold does this to skewed features.`]
  };
  const load = Board("failure", "An example of failure.");
  const buttons = Array.from(document.querySelectorAll("[data-failure]"));
  function choose(button) {
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    const [points, labels, words] = cases[button.dataset.failure];
    load(points(), labels, words);
  }
  buttons.forEach((button) => button.addEventListener("click", () => choose(button)));
  choose(buttons[0]);
});
