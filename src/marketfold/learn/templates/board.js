/* A plane with K-means at any K, and the curve of its WCSS beside it. */
const Board = (function () {
  "use strict";
  const K_MAX = 10;
  return function board(prefix, alt) {
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
      results = Maths.sweep(rows, K_MAX, window.marketfoldLesson.seed + 100);
      show();
    };
  };
})();
