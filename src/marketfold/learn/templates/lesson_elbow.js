/* Lesson 2: the elbow, and where K-means fails. */
(function () {
  "use strict";
  const data = window.marketfoldLesson;
  const K_MAX = 10;

  function board(prefix, picture, alt) {
    const slider = document.getElementById(prefix + "-k");
    const value = document.getElementById(prefix + "-k-value");
    const area = Drawing.plane(document.getElementById(prefix + "-plane"), 560, 0.78, ["", ""]);
    const host = document.getElementById(prefix + "-chart");
    const status = document.getElementById(prefix + "-status");
    let results, dots, at, rows, words;
    function show() {
      const k = Math.min(Number(slider.value), results.length);
      const result = results[k - 1];
      value.textContent = String(k);
      dots.forEach((dot, i) => dot.setAttribute("class", "point seg-" + (result.labels[i] + 1)));
      area.over.replaceChildren();
      result.centres.forEach((centre, c) => Drawing.cross(area.over, ...at(centre), c + 1));
      area.say(`${rows.length} points in ${k} groups. ${alt}`);
      const curve = results.map((r) => r.wcss);
      Drawing.chart(host, [{ values: curve }], { dots: true, marked: k, xLabel: "K", alt: `WCSS for K from 1 to ${curve.length}: ${curve.map(Drawing.figures).join(", ")}.` });
      status.textContent = words(k, curve, result);
    }
    slider.addEventListener("input", show);
    return function load(points, labels, sentence) {
      rows = points; words = sentence;
      area.name(labels[0], labels[1]);
      at = Drawing.place(area, rows);
      dots = Drawing.dots(area, rows, at);
      results = Maths.sweep(rows, K_MAX, data.seed + 100);
      show();
    };
  }
  function gain(curve, k) {
    if (k === 1) return "One group: every difference between the points is still inside it.";
    return `With ${k} groups WCSS is ${Drawing.figures(curve[k - 1])}: ${Math.round((1 - curve[k - 1] / curve[k - 2]) * 100)} % less than with ${k - 1}.`;
  }

  const own = board("elbow", null, "The reader's own data.");
  const a = data.pair[0], b = data.pair[1];
  own(data.points.map((row) => [row[a], row[b]]), [data.labels[a], data.labels[b]], (k, curve) =>
    `${gain(curve, k)} The curve bends most at K = ${Maths.knee(curve)}.`);

  /* Failures, made on the spot. */
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
  const load = board("failure", null, "An example of failure.");
  const buttons = Array.from(document.querySelectorAll("[data-failure]"));
  function choose(button) {
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    const [points, labels, words] = cases[button.dataset.failure];
    load(points(), labels, words);
  }
  buttons.forEach((button) => button.addEventListener("click", () => choose(button)));
  choose(buttons[0]);
})();
