/* Lesson 3: PCA is the turn that shows the most on a flat screen. */
(function () {
  "use strict";
  const data = window.marketfoldLesson;
  const canvas = document.getElementById("pca-canvas");
  const status = document.getElementById("pca-status");
  const slider = document.getElementById("pca-turn");
  const flat = document.getElementById("pca-flat");
  const pencil = canvas.getContext("2d");
  const names = data.trio.map((j) => data.labels[j]);
  let points, best, variances, start, rotation;

  const times = (m, v) => m.map((row) => row[0] * v[0] + row[1] * v[1] + row[2] * v[2]);
  const multiply = (a, b) => a.map((row) => [0, 1, 2].map((j) => row[0] * b[0][j] + row[1] * b[1][j] + row[2] * b[2][j]));
  const turnY = (t) => [[Math.cos(t), 0, Math.sin(t)], [0, 1, 0], [-Math.sin(t), 0, Math.cos(t)]];
  const turnX = (t) => [[1, 0, 0], [0, Math.cos(t), -Math.sin(t)], [0, Math.sin(t), Math.cos(t)]];
  const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
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
  function load(rows) {
    points = Maths.standardised(rows);
    const found = Maths.eigen(Maths.covariance(points));
    variances = found.values;
    const [first, second] = found.vectors;
    best = [first, second, cross(first, second)];
    /* Start where much is hidden: the strongest direction points away from the reader. */
    start = multiply(multiply(turnX(-0.35), turnY(0.5)), [best[2], best[1], best[0].map((v) => -v)]);
    rotation = start;
    slider.value = "0";
    flat.checked = false;
    draw();
  }
  function seen() {
    const total = variances[0] + variances[1] + variances[2];
    const turned = points.map((p) => times(rotation, p));
    const spread = (i) => Maths.mean(turned.map((p) => p[i] ** 2));
    return { share: (spread(0) + spread(1)) / total, best: (variances[0] + variances[1]) / total, turned };
  }
  function colours() {
    const style = getComputedStyle(document.documentElement);
    return { ink: style.getPropertyValue("--ink"), muted: style.getPropertyValue("--muted"), panel: style.getPropertyValue("--panel"), accent: style.getPropertyValue("--accent") };
  }
  function draw() {
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (!width) return;
    canvas.width = width * ratio; canvas.height = height * ratio;
    pencil.setTransform(ratio, 0, 0, ratio, 0, 0);
    pencil.clearRect(0, 0, width, height);
    const paint = colours(), view = seen();
    const size = Math.min(width, height) / 7.2, depth = flat.checked ? 0 : 1;
    const at = (p) => { const near = 1 + depth * p[2] * 0.05; return [width / 2 + p[0] * size * near, height / 2 - p[1] * size * near]; };
    view.turned.slice().sort((a, b) => a[2] - b[2]).forEach((p) => {
      const [x, y] = at(p);
      pencil.globalAlpha = depth ? Math.max(0.25, Math.min(0.95, 0.6 + p[2] * 0.16)) : 0.75;
      pencil.fillStyle = paint.accent;
      pencil.beginPath();
      pencil.arc(x, y, depth ? Math.max(1.6, 3.2 + p[2] * 0.7) : 3.2, 0, 7);
      pencil.fill();
    });
    pencil.globalAlpha = 1;
    pencil.font = "13px sans-serif";
    [[1, 0, 0], [0, 1, 0], [0, 0, 1]].forEach((axis, i) => {
      const end = times(rotation, axis.map((v) => v * 2.7)), [x, y] = at(end);
      pencil.strokeStyle = paint.ink; pencil.lineWidth = 1.5;
      pencil.beginPath(); pencil.moveTo(width / 2, height / 2); pencil.lineTo(x, y); pencil.stroke();
      const text = names[i], wide = pencil.measureText(text).width;
      const left = Math.max(4, Math.min(width - wide - 4, x + (x < width / 2 ? -wide - 6 : 6)));
      const base = Math.max(14, Math.min(height - 6, y));
      pencil.strokeStyle = paint.panel; pencil.lineWidth = 4; pencil.lineJoin = "round";
      pencil.strokeText(text, left, base);
      pencil.fillStyle = paint.ink;
      pencil.fillText(text, left, base);
    });
    const percent = (v) => Math.round(v * 100);
    const text = `This view shows ${percent(view.share)} % of the spread; the best flat view there is shows ${percent(view.best)} %.` +
      (flat.checked ? ` Pressed flat, the remaining ${100 - percent(view.share)} % is lost.` : "");
    if (status.textContent !== text) status.textContent = text;
    canvas.setAttribute("aria-label", `${points.length} points with three features: ${names.join(", ")}. ${text}`);
    bars(view);
  }
  function bars(view) {
    const total = variances[0] + variances[1] + variances[2];
    [0, 1, 2].forEach((i) => {
      const share = variances[i] / total;
      document.getElementById("pca-bar-" + (i + 1)).style.width = (share * 100).toFixed(1) + "%";
      document.getElementById("pca-share-" + (i + 1)).textContent = Math.round(share * 100) + " %";
    });
  }
  slider.addEventListener("input", () => { rotation = between(Number(slider.value) / 100); draw(); });
  flat.addEventListener("change", draw);
  function turn(dx, dy) { rotation = multiply(multiply(turnX(dy), turnY(dx)), rotation); draw(); }
  let held = null;
  canvas.addEventListener("pointerdown", (event) => { held = [event.clientX, event.clientY]; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => {
    if (!held) return;
    turn((event.clientX - held[0]) * 0.008, (event.clientY - held[1]) * 0.008);
    held = [event.clientX, event.clientY];
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = null; });
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
    document.getElementById("pca-note").textContent = button.dataset.note;
    load(sources[button.dataset.pca]());
  }
  buttons.forEach((button) => button.addEventListener("click", () => choose(button)));
  window.addEventListener("resize", draw);
  document.addEventListener("marketfold-theme", draw);
  choose(buttons[0]);
})();
