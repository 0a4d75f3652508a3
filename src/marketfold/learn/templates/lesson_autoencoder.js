/* Lesson 4: a small network learns on this page, on the reader's data and on the same data without its connections. */
(function () {
  "use strict";
  const data = window.marketfoldLesson;
  const EPOCHS = 120;
  const HIDDEN = 12;
  const control = (name) => document.getElementById("net-" + name);
  const used = data.network_features;
  const rows = Maths.standardised(data.points.map((row) => used.map((j) => row[j])));
  const mixed = Maths.shuffledColumns(rows, Maths.random(data.seed + 17));
  const held = Math.max(1, Math.floor(rows.length / 4));
  const parts = (all) => ({ train: all.slice(held), test: all.slice(0, held) });
  let own, other, curves, epoch, timer = null;

  function reset() {
    stop();
    const code = Number(control("code").value);
    control("code-value").textContent = String(code);
    const sizes = [used.length, HIDDEN, code, HIDDEN, used.length];
    own = { net: Maths.network(sizes, data.seed + 1), data: parts(rows), chance: Maths.random(3) };
    other = { net: Maths.network(sizes, data.seed + 1), data: parts(mixed), chance: Maths.random(3) };
    epoch = 0;
    curves = { own: [own.net.loss(own.data.test)], other: [other.net.loss(other.data.test)] };
    funnel(sizes);
    show();
  }
  function funnel(sizes) {
    const host = control("funnel");
    host.replaceChildren();
    const svg = Drawing.make("svg", { viewBox: "0 0 460 150", role: "img", class: "funnel" }, host);
    svg.setAttribute("aria-label", `A network of ${sizes.join(", ")} nodes: ${sizes[0]} features in, ${sizes[2]} numbers in the middle, ${sizes[0]} features out.`);
    const height = (n) => 18 + Math.min(n, 14) * 7;
    const words = ["in", "hidden", "code", "hidden", "out"];
    sizes.forEach((n, i) => {
      const x = 30 + i * 96, h = height(n);
      if (i) {
        const before = height(sizes[i - 1]);
        Drawing.make("path", { d: `M${x - 80} ${65 - before / 2} L${x} ${65 - h / 2} L${x} ${65 + h / 2} L${x - 80} ${65 + before / 2} Z`, class: "wires" }, svg);
      }
      Drawing.make("rect", { x, y: 65 - h / 2, width: 16, height: h, rx: 3, class: i === 2 ? "layer code" : "layer" }, svg);
      Drawing.make("text", { x: x + 8, y: 135, "text-anchor": "middle", class: "axis" }, svg, words[i]);
      Drawing.make("text", { x: x + 8, y: 148, "text-anchor": "middle", class: "tick" }, svg, String(n));
    });
  }
  function step() {
    own.net.epoch(own.data.train, 16, 0.006, own.chance);
    other.net.epoch(other.data.train, 16, 0.006, other.chance);
    epoch += 1;
    curves.own.push(own.net.loss(own.data.test));
    curves.other.push(other.net.loss(other.data.test));
    if (epoch >= EPOCHS) stop();
    show();
  }
  function show() {
    const best = { own: Math.min(...curves.own), other: Math.min(...curves.other) };
    Drawing.chart(control("chart"), [{ values: curves.own }, { values: curves.other, kind: "second" }], {
      first: 0, length: EPOCHS + 1, xLabel: "epochs (rounds through the data)", top: Math.max(...curves.own, ...curves.other, 1),
      alt: `Loss on held-out rows after ${epoch} epochs: ${Drawing.figures(best.own)} on your data, ${Drawing.figures(best.other)} on shuffled data.`
    });
    const kept = Math.max(0, Math.round((1 - best.own) * 100)), keptOther = Math.max(0, Math.round((1 - best.other) * 100));
    control("status").textContent = epoch === 0 ? "Untrained: what comes out has nothing to do with what went in. Press Train." :
      `After ${epoch} epochs: of what makes ${data.units} differ, ${kept} % passes through the code; of the shuffled data ${keptOther} %.`;
    control("train").disabled = epoch >= EPOCHS;
    rebuilt();
  }
  function short(value) { const text = value.toFixed(1); return text === "-0.0" ? "0.0" : text.replace("-", "\u2212"); }
  function rebuilt() {
    const index = Number(control("row").value);
    const row = own.data.test[index % own.data.test.length];
    const back = own.net.rebuild(row), code = own.net.code(row);
    const host = control("bars");
    host.replaceChildren();
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const word of ["Feature", "In", "Out"]) { const cell = document.createElement("th"); cell.scope = "col"; cell.textContent = word; if (word !== "Feature") cell.className = "num"; head.append(cell); }
    const body = table.createTBody();
    row.forEach((value, j) => {
      const line = body.insertRow();
      const name = document.createElement("th");
      name.scope = "row"; name.textContent = data.labels[used[j]];
      line.append(name);
      for (const [v, kind] of [[value, ""], [back[j], "second"]]) {
        const cell = line.insertCell();
        cell.className = "num bar-cell " + kind;
        cell.style.setProperty("--bar", String(Math.min(1, Math.abs(v) / 3)));
        cell.textContent = short(v);
      }
    });
    host.append(table);
    control("code-numbers").textContent = "Its code: " + code.map(short).join(" · ");
  }
  function stop() { if (timer) clearInterval(timer); timer = null; control("train").textContent = "Train"; }
  control("train").addEventListener("click", () => {
    if (timer) { stop(); return; }
    control("train").textContent = "Pause";
    step();
    timer = setInterval(step, 60);
  });
  control("one").addEventListener("click", () => { stop(); if (epoch < EPOCHS) step(); });
  control("reset").addEventListener("click", reset);
  control("code").addEventListener("input", reset);
  control("row").max = String(held - 1);
  control("row").addEventListener("input", () => { control("row-value").textContent = String(Number(control("row").value) + 1); rebuilt(); });
  reset();

  const history = document.getElementById("run-history");
  if (history && data.history) {
    Drawing.chart(history, [{ values: data.history.train }, { values: data.history.held_out, kind: "second" }], {
      xLabel: "epochs", alt: `Loss of the run's own network over ${data.history.train.length} epochs, ending at ${Drawing.figures(data.history.held_out[data.history.held_out.length - 1])} on held-out rows.`
    });
  }
})();
