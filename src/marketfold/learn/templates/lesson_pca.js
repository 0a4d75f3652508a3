/* PCA: a line that is turned through two features, and a cloud of three beside its flat picture. */
Lessons.whenSeen("pca", function () {
  "use strict";
  const data = window.marketfoldLesson, MOST = 40;
  const control = (name) => document.getElementById("pca-" + name);
  const pair = data.own.pca.line;
  const area = Drawing.plane(control("plane"), 560, 0.85, pair.map(Units.label));
  let points, at, dots, chosen = -1;

  function load() {
    points = Maths.standardised(data.points.slice(0, MOST).map((row) => pair.map((j) => row[j])));
    /* Both axes on one scale, with room to drag: a turn is only seen where an angle is an angle. */
    const wide = area.box.right - area.box.left, high = area.box.bottom - area.box.top, reach = 4.2;
    at = Drawing.place(area, [[-reach * wide / high, -reach], [reach * wide / high, reach]]);
    dots = Drawing.dots(area, points, at, 5);
    dots.forEach((dot, i) => dot.addEventListener("pointerdown", () => choose(i)));
    control("dot").max = String(points.length);
    choose(-1);
  }
  function choose(i) {
    chosen = i;
    control("dot").value = String(i + 1);
    control("dot-value").textContent = i < 0 ? "none" : String(i + 1);
    if (i >= 0 && !dots[i].hasAttribute("tabindex")) Drawing.handle(area, at, dots[i], `${data.unit} ${i + 1}`, () => points[i], (place) => {
      points[i] = place;
      const [x, y] = at(place);
      dots[i].setAttribute("cx", x); dots[i].setAttribute("cy", y);
      draw();
    });
    draw();
  }
  const middle = () => [0, 1].map((j) => Maths.mean(Maths.column(points, j)));
  function best() {
    const [x, y] = Maths.eigen(Maths.covariance(points)).vectors[0];
    return (Math.round(Math.atan2(y, x) * 180 / Math.PI) + 360) % 180;
  }
  /* The line begins far from the best one, so that turning it shows something. */
  const begin = () => { control("angle").value = String((best() + 105) % 180); };
  function draw() {
    const turn = Number(control("angle").value) * Math.PI / 180, way = [Math.cos(turn), Math.sin(turn)], [a, b] = middle();
    const places = points.map(([x, y]) => (x - a) * way[0] + (y - b) * way[1]);
    const all = Maths.mean(points.map(([x, y]) => (x - a) ** 2 + (y - b) ** 2));
    const along = Maths.mean(places.map((t) => t * t)), share = along / all;
    const most = Maths.eigen(Maths.covariance(points)).values[0] / all;
    area.under.replaceChildren();
    const line = (from, to, kind) => { const [x1, y1] = at(from), [x2, y2] = at(to); Drawing.make("line", { x1, y1, x2, y2, class: kind }, area.under); };
    points.forEach((point, i) => line(point, [a + places[i] * way[0], b + places[i] * way[1]], "fall" + (i === chosen ? " chosen" : "")));
    line([a - 4 * way[0], b - 4 * way[1]], [a + 4 * way[0], b + 4 * way[1]], "line");
    dots.forEach((dot, i) => dot.setAttribute("class", "point one" + (i === chosen ? " handle chosen" : "")));
    control("angle-value").textContent = control("angle").value + "\u00b0";
    control("line-status").textContent = `The line keeps ${Units.percent(share)} of the differences of these ${points.length}, and ${Units.percent(1 - share)} is lost. The best line keeps ${Units.percent(most)}.`;
    area.say(`${points.length} ${data.units} and a line at ${control("angle").value} degrees that keeps ${Units.percent(share)} of their differences.`);
    strip(places);
  }
  function strip(places) {
    const host = control("strip");
    host.replaceChildren();
    const svg = Drawing.make("svg", { viewBox: "0 0 420 44", role: "img", "aria-label": "Places on the line" }, host);
    const x = Drawing.scale([-6, 6], 8, 412);
    Drawing.make("line", { x1: 8, x2: 412, y1: 22, y2: 22, class: "grid" }, svg);
    places.forEach((t, i) => Drawing.make("circle", { cx: x(t).toFixed(1), cy: 22, r: i === chosen ? 8 : 5, class: "point one" + (i === chosen ? " chosen" : "") }, svg));
  }
  control("angle").addEventListener("input", draw);
  control("best").addEventListener("click", () => { control("angle").value = String(best()); draw(); });
  control("plane-back").addEventListener("click", load);
  control("dot").addEventListener("input", () => choose(Number(control("dot").value) - 1));
  load();
  begin();
  draw();
});

Lessons.whenSeen("pca", function () {
  "use strict";
  const data = window.marketfoldLesson;
  const control = (name) => document.getElementById("pca-" + name);
  const canvas = control("canvas"), pencil = canvas.getContext("2d");
  const paper = Drawing.plane(control("paper"), 560, 0.75, ["", ""]);
  const names = data.trio.map(Units.label);
  let points, related, whose, best, variances, start, rotation, chosen = -1;

  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const times = (m, v) => m.map((row) => dot(row, v));
  const multiply = (a, b) => a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));
  const turnY = (t) => [[Math.cos(t), 0, Math.sin(t)], [0, 1, 0], [-Math.sin(t), 0, Math.cos(t)]];
  const turnX = (t) => [[1, 0, 0], [0, Math.cos(t), -Math.sin(t)], [0, Math.sin(t), Math.cos(t)]];
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const unit = (a) => a.map((v) => v / Math.sqrt(dot(a, a)));

  /* From the start to the best view along the shortest turn: axis and angle of the rotation between them. */
  function between(t) {
    const transposed = [0, 1, 2].map((i) => start.map((row) => row[i]));
    const r = multiply(best, transposed);
    const angle = Math.acos(Math.max(-1, Math.min(1, (r[0][0] + r[1][1] + r[2][2] - 1) / 2)));
    if (angle < 1e-6) return start;
    let axis = [r[2][1] - r[1][2], r[0][2] - r[2][0], r[1][0] - r[0][1]];
    axis = Math.hypot(...axis) < 1e-6 ? [0, 0, 1] : unit(axis);
    const a = angle * t, c = Math.cos(a), s = Math.sin(a), [x, y, z] = axis;
    const partial = [[c + x * x * (1 - c), x * y * (1 - c) - z * s, x * z * (1 - c) + y * s],
      [y * x * (1 - c) + z * s, c + y * y * (1 - c), y * z * (1 - c) - x * s],
      [z * x * (1 - c) - y * s, z * y * (1 - c) + x * s, c + z * z * (1 - c)]];
    return multiply(partial, start);
  }
  /* Of the reader's own data the shares are those of everybody, of whom some are drawn; made-up clouds are drawn whole. */
  function load(rows, own) {
    points = own ? rows : Maths.standardised(rows);
    related = own ? data.own.pca.correlations : Maths.covariance(points);
    const found = Maths.eigen(related);
    variances = found.values;
    const [first, second] = found.vectors;
    best = [first, second, cross(first, second)];
    /* Start where much is hidden: the strongest direction points away from the reader. */
    start = multiply(multiply(turnX(-0.35), turnY(0.5)), [best[2], best[1], best[0].map((v) => -v)]);
    rotation = start;
    control("turn").value = "0";
    draw();
  }
  function seen() {
    const total = variances[0] + variances[1] + variances[2];
    const turned = points.map((p) => times(rotation, p));
    const spread = (i) => dot(rotation[i], times(related, rotation[i]));
    return { share: (spread(0) + spread(1)) / total, best: (variances[0] + variances[1]) / total, turned };
  }
  function colours() {
    const style = getComputedStyle(document.documentElement);
    return { ink: style.getPropertyValue("--ink"), panel: style.getPropertyValue("--panel"), accent: style.getPropertyValue("--accent") };
  }
  function inSpace(view, paint, width, height) {
    const size = Math.min(width, height) / 7.2;
    const place = (p) => { const near = 1 + p[2] * 0.05; return [width / 2 + p[0] * size * near, height / 2 - p[1] * size * near]; };
    view.turned.map((p, i) => [p, i]).sort((a, b) => a[0][2] - b[0][2]).forEach(([p, i]) => {
      const [x, y] = place(p);
      pencil.globalAlpha = i === chosen ? 1 : Math.max(0.25, Math.min(0.95, 0.6 + p[2] * 0.16));
      pencil.fillStyle = i === chosen ? paint.ink : paint.accent;
      pencil.beginPath();
      pencil.arc(x, y, i === chosen ? 8 : Math.max(1.6, 3.2 + p[2] * 0.7), 0, 7);
      pencil.fill();
    });
    pencil.globalAlpha = 1;
    pencil.font = "13px sans-serif";
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]].forEach((axis, i) => {
      const [x, y] = place(times(rotation, axis.map((v) => v * 2.7)));
      pencil.strokeStyle = paint.ink; pencil.lineWidth = 1.5;
      pencil.beginPath(); pencil.moveTo(width / 2, height / 2); pencil.lineTo(x, y); pencil.stroke();
      name(names[i], x, y, paint, width, height);
    });
  }
  const taken = [];
  /* Names keep within the picture and off each other. */
  function name(text, x, y, paint, width, height) {
    const wide = pencil.measureText(text).width;
    const left = Math.max(4, Math.min(width - wide - 4, x + (x < width / 2 ? -wide - 6 : 6)));
    let base = Math.max(14, Math.min(height - 6, y));
    while (taken.some((other) => Math.abs(other.base - base) < 17 && other.left < left + wide && left < other.left + other.wide)) base += base < height / 2 ? 17 : -17;
    taken.push({ left, base, wide });
    pencil.strokeStyle = paint.panel; pencil.lineWidth = 4; pencil.lineJoin = "round";
    pencil.strokeText(text, left, base);
    pencil.fillStyle = paint.ink;
    pencil.fillText(text, left, base);
  }
  function draw() {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) return;
    canvas.width = width * ratio; canvas.height = height * ratio;
    pencil.setTransform(ratio, 0, 0, ratio, 0, 0);
    pencil.clearRect(0, 0, width, height);
    taken.length = 0;
    const view = seen();
    inSpace(view, colours(), width, height);
    onPaper(view);
    const text = `Of ${whose}: this view shows ${Units.percent(view.share)} of the spread; the best flat view there is shows ${Units.percent(view.best)}. The remaining ${Units.percent(1 - view.share)} points at you and is lost on paper.`;
    if (control("status").textContent !== text) control("status").textContent = text;
    canvas.setAttribute("aria-label", `${points.length} points with three features: ${names.join(", ")}. ${text}`);
    const total = variances[0] + variances[1] + variances[2];
    [0, 1, 2].forEach((i) => {
      control("bar-" + (i + 1)).style.width = (variances[i] / total * 100).toFixed(1) + "%";
      control("share-" + (i + 1)).textContent = Units.percent(variances[i] / total);
    });
  }
  function onPaper(view) {
    const done = Number(control("turn").value) === 100;
    paper.name(done ? "component 1" : "left to right as you look", done ? "component 2" : "up as you look");
    const reach = 3.6, wide = reach * (paper.box.right - paper.box.left) / (paper.box.bottom - paper.box.top);
    const place = Drawing.place(paper, [[-wide, -reach], [wide, reach]]);
    const dots = Drawing.dots(paper, view.turned, place, 3.6);
    dots.forEach((mark, i) => {
      mark.setAttribute("class", "point one" + (i === chosen ? " chosen" : ""));
      mark.addEventListener("click", () => follow(i));
    });
    if (chosen >= 0) paper.points.append(dots[chosen]);
    paper.say(`The same ${points.length} points pressed flat.`);
  }
  function follow(i) {
    chosen = i;
    control("one").value = String(i + 1);
    control("one-value").textContent = i < 0 ? "none" : String(i + 1);
    const own = i >= 0 && document.querySelector('[data-pca="own"]').getAttribute("aria-pressed") === "true";
    control("one-note").textContent = own ? data.trio.map((j) => `${Units.label(j)} ${Units.write(j, data.points[i][j])}`).join(", ") : "";
    draw();
  }
  control("turn").addEventListener("input", () => { rotation = between(Number(control("turn").value) / 100); draw(); });
  control("one").addEventListener("input", () => follow(Number(control("one").value) - 1));
  function turn(dx, dy) { rotation = multiply(multiply(turnX(dy), turnY(dx)), rotation); control("turn").value = "0"; draw(); }
  let held = null;
  canvas.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    turn((event.clientX - held[0]) * 0.008, (event.clientY - held[1]) * 0.008);
    held = [event.clientX, event.clientY];
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { held = null; });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key];
    if (step) { event.preventDefault(); turn(...step); }
  });
  const own = data.points.map((row) => data.trio.map((j) => row[j]));
  const sources = {
    own: () => own,
    independent: () => Maths.shuffledColumns(own, Maths.random(data.seed + 5)),
    giant: () => own.slice(0, -1).concat([[40, -30, 35]])
  };
  const buttons = Array.from(document.querySelectorAll("[data-pca]"));
  function choose(button) {
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    control("note").textContent = button.dataset.note;
    const mine = button.dataset.pca === "own";
    whose = mine ? `all your ${data.units}` : "the points drawn here";
    load(sources[button.dataset.pca](), mine);
    follow(chosen);
  }
  buttons.forEach((button) => button.addEventListener("click", () => choose(button)));
  window.addEventListener("resize", draw);
  document.addEventListener("marketfold-theme", draw);
  choose(buttons[0]);
});
