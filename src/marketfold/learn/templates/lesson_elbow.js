/* The elbow: the reader's K first, then what each K does, and curves that fool. */
Lessons.whenShown("elbow", function () {
  "use strict";
  const curve = window.marketfoldLesson.own.elbow.curve;
  const host = document.getElementById("elbow-ask");
  const buttons = Array.from(document.querySelectorAll('#elbow .predict [aria-label^="K ="]'));
  function draw(marked) {
    const svg = Drawing.chart(host, [{ values: curve }], { dots: true, marked, xLabel: "K, the number of groups", alt: `WCSS for K from 1 to ${curve.length}: ${curve.map(Drawing.figures).join(", ")}.` });
    svg.querySelectorAll("circle").forEach((dot, i) => dot.addEventListener("click", () => buttons[i].click()));
  }
  const said = buttons.findIndex((button) => button.getAttribute("aria-pressed") === "true");
  draw(said + 1);
  buttons.forEach((button, i) => button.addEventListener("click", () => draw(i + 1)));
});

Lessons.whenSeen("elbow", function () {
  "use strict";
  const data = window.marketfoldLesson;
  function gain(curve, k) {
    if (k === 1) return "One group: every difference between the points is still inside it.";
    return `With ${k} groups WCSS is ${Drawing.figures(curve[k - 1])}: ${Units.percent(1 - curve[k - 1] / curve[k - 2])} less than with ${k - 1}.`;
  }
  const own = Board("elbow", "The reader's own data.");
  own(data.points.map((row) => data.pair.map((j) => row[j])), data.pair.map(Units.label), (k, curve) =>
    `${gain(curve, k)} On these two features, of ${data.drawn}, the curve bends most at K = ${Maths.knee(curve)}.`);

  function cloud(n, seed, place) {
    const chance = Maths.random(seed);
    return Array.from({ length: n }, (_, i) => place(i, chance));
  }
  const curveOf = (rows) => Maths.sweep(rows, 10, 7).map((one) => one.wcss);
  const corners = [[0, 0], [6, 0], [0, 6], [6, 6]];
  const n = Math.min(12, data.points.length);
  const cases = {
    own: () => [data.own.elbow.curve, data.own.elbow.shuffled, (curve, other) => `All ${data.features.length} features of ${data.everybody}: your curve bends most at K = ${Maths.knee(curve)}, the same columns shuffled at K = ${Maths.knee(other)}. The second line has no groups at all: only where your line lies below it do features of your ${data.units} hang together.`],
    groups: () => [curveOf(cloud(200, 21, (i, chance) => corners[i % 4].map((c) => c + Maths.normal(chance) * 0.4))), null, (curve) => `Four clear groups were made here. The curve falls steeply to K = ${Maths.knee(curve)} and is nearly flat beyond: an elbow as in a book. Real customers seldom look like this.`],
    faint: () => [curveOf(cloud(200, 22, (i, chance) => corners[i % 4].map((c) => c / 3 + Maths.normal(chance) * 1.1))), null, (curve) => `The same four groups, so near each other that they overlap. The rule says K = ${Maths.knee(curve)}, but the points beside it bend nearly as much: the elbow is faint, and K is a choice.`],
    noise: () => [curveOf(cloud(200, 23, (_, chance) => [chance() * 4, chance() * 4])), null, (curve) => `Pure noise, no group anywhere. Still the curve bends, and the rule says K = ${Maths.knee(curve)}. An elbow alone proves nothing.`],
    every: () => [Maths.sweep(data.points.slice(0, n).map((row) => data.pair.map((j) => row[j])), n, 7).map((one) => one.wcss), null, (curve) => `Only ${n} of your ${data.units}, and K up to ${curve.length}: at K = ${curve.length} each is its own centre, and WCSS is ${Drawing.figures(curve[curve.length - 1])}.`]
  };
  const buttons = Array.from(document.querySelectorAll("[data-curve]"));
  function choose(button) {
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    const [curve, other, words] = cases[button.dataset.curve]();
    const lines = other ? [{ values: curve }, { values: other, kind: "second" }] : [{ values: curve }];
    Drawing.chart(document.getElementById("elbow-fool"), lines, { dots: true, marked: Maths.knee(curve), xLabel: "K", alt: `WCSS for K from 1 to ${curve.length}: ${curve.map(Drawing.figures).join(", ")}.` });
    document.getElementById("elbow-key").hidden = !other;
    document.getElementById("elbow-fool-status").textContent = words(curve, other);
  }
  buttons.forEach((button) => button.addEventListener("click", () => choose(button)));
  choose(buttons[0]);
});
