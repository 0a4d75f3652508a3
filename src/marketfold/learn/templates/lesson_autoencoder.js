/* What an autoencoder is: a small network learns here, and its code can be dragged. */
Lessons.whenSeen("autoencoder", function () {
  "use strict";
  const data = window.marketfoldLesson, EPOCHS = 120, MOST_ROWS = 10;
  const control = (name) => document.getElementById("autoencoder-" + name);
  const rows = data.points, n = data.features.length;
  const mixed = Maths.shuffledColumns(rows, Maths.random(data.seed + 17));
  const held = Math.max(1, Math.floor(rows.length / 4));
  const parts = (all) => ({ train: all.slice(held), test: all.slice(0, held) });
  const area = Drawing.plane(control("plane"), 520, 0.8, ["first number of the code", "second number of the code"]);
  let own, other, curves, epoch, code, at, straight;

  /* What PCA keeps with as many numbers: found on the rows that the network learns from, and judged on the others. */
  const directions = Maths.eigen(Maths.covariance(rows.slice(held))).vectors;
  function keptByPca(size) {
    const centre = rows[0].map((_, j) => Maths.mean(Maths.column(rows.slice(held), j)));
    const lost = rows.slice(0, held).map((row) => {
      const from = row.map((value, j) => value - centre[j]), along = directions.slice(0, size).map((way) => way.reduce((sum, w, j) => sum + w * from[j], 0));
      return Maths.mean(from.map((value, j) => (value - along.reduce((sum, t, c) => sum + t * directions[c][j], 0)) ** 2));
    });
    return Math.max(0, 1 - Maths.mean(lost));
  }

  function reset() {
    stop();
    const size = Number(control("code").value);
    control("code-value").textContent = String(size);
    const sizes = [n, data.own.autoencoder.hidden, size, data.own.autoencoder.hidden, n];
    own = { net: Maths.network(sizes, data.seed + 1), data: parts(rows), chance: Maths.random(3) };
    other = { net: Maths.network(sizes, data.seed + 1), data: parts(mixed), chance: Maths.random(3) };
    straight = keptByPca(size);
    epoch = 0;
    curves = { own: [own.net.loss(own.data.test)], other: [other.net.loss(other.data.test)] };
    Funnel(control("funnel"), sizes);
    show();
  }
  function learn() {
    own.net.epoch(own.data.train, 16, 0.004, own.chance);
    other.net.epoch(other.data.train, 16, 0.004, other.chance);
    epoch += 1;
    curves.own.push(own.net.loss(own.data.test));
    curves.other.push(other.net.loss(other.data.test));
  }
  function step() {
    learn();
    if (epoch >= EPOCHS) stop();
    show();
  }
  /* Paper cannot be trained: it shows a network that has been. */
  function forPaper() {
    while (epoch < 40) learn();
    show();
  }
  function show() {
    const best = { own: Math.min(...curves.own), other: Math.min(...curves.other) };
    Drawing.chart(control("chart"), [{ values: curves.own }, { values: curves.other, kind: "second" }], {
      first: 0, length: EPOCHS + 1, xLabel: "rounds through the data", top: Math.min(Math.max(...curves.own, ...curves.other, 1), 2),
      alt: `Loss on rows kept aside after ${epoch} rounds: ${Drawing.figures(best.own)} on your data, ${Drawing.figures(best.other)} on shuffled data.`
    });
    const kept = Units.percent(Math.max(0, 1 - best.own)), keptOther = Units.percent(Math.max(0, 1 - best.other));
    control("status").textContent = epoch === 0 ? "Untrained: what comes out has nothing to do with what went in. Press Train." :
      `After ${epoch} rounds: of what makes ${data.units} differ, ${kept} passes through the code; of the shuffled columns ${keptOther}. PCA with as many numbers brings ${Units.percent(straight)} through. All three learned from ${rows.length - held} of ${data.drawn} and are judged on the other ${held}, so they differ from the numbers of ${data.everybody}.`;
    control("train").disabled = epoch >= EPOCHS;
    map();
    look();
  }
  const flat = (numbers) => [numbers[0], numbers.length > 1 ? numbers[1] : 0];
  function map() {
    const places = rows.map((row) => flat(own.net.code(row)));
    at = Drawing.place(area, places);
    Drawing.dots(area, places, at, 3.2).forEach((dot) => dot.classList.add("one"));
    area.over.replaceChildren();
    area.say(`The codes of ${rows.length} ${data.units}.`);
  }
  function look() {
    const row = rows[Number(control("row").value) - 1];
    control("row-value").textContent = control("row").value;
    code = own.net.code(row);
    mark();
    table(row, own.net.decode(code), "Out");
    control("where").textContent = `Its code: ${code.map(short).join(" \u00b7 ")}. Drag the large mark: the decoder says who would be there.`;
  }
  function mark() {
    let knob = area.over.firstElementChild;
    if (!knob) {
      knob = Drawing.make("g", { class: "centre seg-2" }, area.over);
      Drawing.make("circle", { r: 10 }, knob);
      Drawing.handle(area, at, knob, "The code", () => flat(code), moved);
    }
    const [x, y] = at(flat(code));
    knob.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  }
  function moved(place) {
    code = [place[0], ...(code.length > 1 ? [place[1]] : []), ...code.slice(2)];
    mark();
    table(null, own.net.decode(code), "Would be");
    control("where").textContent = `Code ${code.map(short).join(" \u00b7 ")}: nobody need be there, and still the decoder says who it would be.`;
  }
  function short(value) { return value.toFixed(1).replace("-0.0", "0.0").replace("-", "\u2212"); }
  function table(before, after, word) {
    const columns = Array.from({ length: Math.min(n, MOST_ROWS) }, (_, j) => j);
    const sides = before ? [before, after] : [after], heads = ["Feature", ...(before ? ["In"] : []), word];
    SignedBars(control("bars"), heads, columns.map((j) => [Units.label(j), sides.map((side) => [side[j], Units.write(j, side[j])]), []]), 3);
  }
  const stop = Lessons.played(control("train"), step, () => 40);
  control("one").addEventListener("click", () => { stop(); if (epoch < EPOCHS) step(); });
  control("reset").addEventListener("click", reset);
  control("code").addEventListener("input", reset);
  control("row").addEventListener("input", look);
  reset();
  Lessons.whenPrinted(forPaper);
});
