/* PCA for reduction: how many components, their loadings in the reader's units, and right angles. */
Lessons.whenSeen("components", function () {
  "use strict";
  const data = window.marketfoldLesson, own = data.own.components;
  const control = (name) => document.getElementById("components-" + name);
  const n = data.features.length;
  let scaled = true;

  const sums = (shares) => shares.reduce((all, share) => all.concat([share + (all.length ? all[all.length - 1] : 0)]), []);
  function keep() {
    const shares = scaled ? own.shares : own.rawShares, kept = sums(shares).map((v) => v * 100);
    const chance = sums(own.chance).map((v) => v * 100);
    const many = Number(control("kept").value), lines = [{ values: kept }];
    if (scaled) lines.push({ values: chance, kind: "second" });
    control("kept-value").textContent = `${many} of ${n}`;
    Drawing.chart(control("chart"), lines, { dots: true, marked: many, xLabel: "components kept", top: 100, alt: `Share kept by 1 to ${n} components: ${kept.map((v) => Math.round(v)).join(", ")} percent.` });
    control("chart").parentElement.querySelector(".key").hidden = !scaled;
    const enough = kept.findIndex((v) => v >= 80) + 1;
    const one = strongest(scaled ? own.loadings[0] : own.rawLoadings[0]);
    const loading = Math.abs((scaled ? own.loadings : own.rawLoadings)[0][one]).toFixed(2);
    control("status").textContent = `${many} of ${n} components keep ${Units.percent(kept[many - 1] / 100)} of the differences${many < n ? `, and ${Units.percent(1 - kept[many - 1] / 100)} is dropped` : ": that is all, and nothing is saved"}. For 80\u202f% it takes ${enough}. ` +
      (scaled ? `With shuffled columns ${many} would keep ${Units.percent(chance[many - 1] / 100)}.` : `The first component is nearly "${Units.label(one)}" alone: its loading is ${loading} of at most 1.`);
  }
  function strongest(row) { return row.reduce((best, value, j) => (Math.abs(value) > Math.abs(row[best]) ? j : best), 0); }

  const figure = (value) => value.toFixed(2).replace("-0.00", "0.00").replace("-", "\u2212");
  const order = (row) => row.map((_, j) => j).sort((a, b) => Math.abs(row[b]) - Math.abs(row[a])).slice(0, 10);
  function loadings() {
    const c = Number(control("one").value) - 1, row = own.loadings[c], steps = Number(control("along").value) / 10;
    control("one-value").textContent = String(c + 1);
    control("along-value").textContent = steps === 0 ? "at the mean" : `${steps > 0 ? "+" : "\u2212"}${Math.abs(steps).toFixed(1)} spreads`;
    const at = (j) => Units.write(j, row[j] * own.spreads[c] * steps);
    SignedBars(control("loadings"), ["Feature", "Loading", "At the mean", "Where you moved to"], order(row).map((j) => [Units.label(j), [[row[j], figure(row[j])]], [Units.write(j, 0), at(j)]]), Math.max(...row.map(Math.abs)));
    const up = order(row).filter((j) => row[j] > 0).slice(0, 2), down = order(row).filter((j) => row[j] < 0).slice(0, 2);
    const names = (list) => list.map((j) => `"${Units.label(j)}"`).join(" and ");
    control("reads").textContent = `Component ${c + 1} holds ${Units.percent(own.shares[c])}. Along it ${up.length ? names(up) + " go up" : ""}${up.length && down.length ? ", and " : ""}${down.length ? names(down) + " go down" : ""}.`;
  }

  /* How much a correlation says, in words: the larger it is, the more. */
  const GRADES = [[0.1, "hardly more often"], [0.3, "a little more often"], [0.6, "more often than not"], [0.9, "mostly"], [Infinity, "nearly always"]];
  function inWords(r) {
    const size = Math.abs(r), often = GRADES.find(([below]) => size < below)[1];
    if (size < 0.005) return "No straight line foretells one from the other.";
    const overlap = size < 0.1 ? "they hardly overlap" : size < 0.3 ? "they overlap a little" : size < 0.6 ? "they repeat each other in part" : size < 0.9 ? "they repeat each other in good part" : "they say nearly the same";
    return `Who is high in one is ${often} ${r > 0 ? "high" : "low"} in the other: ${overlap}.`;
  }
  const choices = own.loadings.map((row, c) => [`component ${c + 1}`, (point) => row.reduce((sum, w, j) => sum + w * point[j], 0)])
    .concat(data.features.map((feature, j) => [feature.label, (point) => point[j]]));
  const area = Drawing.plane(control("plane"), 560, 0.8, ["", ""]);
  function angle() {
    const [a, b] = ["x", "y"].map((axis) => Number(control(axis).value)), [across, up] = [choices[a], choices[b]];
    const rows = data.points.map((point) => [across[1](point), up[1](point)]);
    area.name(across[0], up[0]);
    Drawing.dots(area, rows, Drawing.place(area, rows)).forEach((dot) => dot.classList.add("one"));
    const r = own.correlations[a][b], same = a === b ? "It is the same on both sides." : inWords(r);
    const text = `Correlation of ${across[0]} and ${up[0]}, of ${data.everybody}: ${figure(r)}. ${same} Drawn are ${data.points.length}, of whom chance may show another slope.`;
    control("angle").textContent = text;
    area.say(text);
  }
  ["x", "y"].forEach((axis, i) => {
    choices.forEach(([name], place) => control(axis).append(new Option(name, String(place), place === i, place === i)));
    control(axis).addEventListener("change", angle);
  });
  const buttons = Array.from(document.querySelectorAll("[data-scaling]"));
  buttons.forEach((button) => button.addEventListener("click", () => {
    scaled = button.dataset.scaling === "scaled";
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    keep();
  }));
  control("kept").addEventListener("input", keep);
  control("one").addEventListener("input", loadings);
  control("along").addEventListener("input", loadings);
  keep();
  loadings();
  angle();
});
