/* Building and training: every knob of a small network, every weight of it, and how its loss goes. */
Lessons.whenSeen("training", function () {
  "use strict";
  const data = window.marketfoldLesson, own = data.own.training, MOST_DRAWN = 14;
  const RATES = [0.0001, 0.0003, 0.001, 0.004, 0.01, 0.03, 0.1, 0.3, 1];
  const control = (name) => document.getElementById("training-" + name);
  const rows = data.points, n = data.features.length;
  const held = Math.max(1, Math.floor(rows.length / 4)), learnt = rows.slice(held), aside = rows.slice(0, held);
  let net, sizes, curves, epoch, chance, start = data.seed + 1;

  const number = (name) => Number(control(name).value);
  function build() {
    stop();
    const code = number("code"), layers = number("layers");
    const first = own.hidden[0], second = own.hidden[1] || Math.max(Math.round((first + code) / 2), code);
    const hidden = [first, second].slice(0, layers);
    sizes = [n, ...hidden, code, ...hidden.slice().reverse(), n];
    net = Maths.network(sizes, start, control("activation").value);
    chance = Maths.random(3);
    epoch = 0;
    curves = { learnt: [net.loss(learnt)], aside: [net.loss(aside)] };
    show();
  }
  function learn() {
    net.epoch(learnt, 16, RATES[number("rate")], chance);
    epoch += 1;
    curves.learnt.push(net.loss(learnt));
    curves.aside.push(net.loss(aside));
  }
  function step() {
    learn();
    if (epoch >= number("epochs")) stop();
    show();
  }
  function forPaper() {
    while (epoch < number("epochs")) learn();
    show();
  }
  /* At most so many nodes of a layer are drawn: those at its ends. */
  function picture() {
    const host = control("net"), width = Drawing.room(host, 520), high = 300, wide = (width - 60) / (sizes.length - 1);
    host.replaceChildren();
    const svg = Drawing.make("svg", { viewBox: `0 0 ${width} ${high + 34}`, role: "img", class: "net" }, host);
    const drawn = sizes.map((size) => Math.min(size, MOST_DRAWN));
    const at = (l, i) => [30 + l * wide, high / 2 + 8 + (i - (drawn[l] - 1) / 2) * Math.min(26, high / drawn[l])];
    net.layers.forEach((layer, l) => {
      const heavy = Math.max(...layer.w.slice(0, drawn[l + 1]).map((row) => Math.max(...row.slice(0, drawn[l]).map(Math.abs)))) || 1;
      for (let i = 0; i < drawn[l + 1]; i++) for (let j = 0; j < drawn[l]; j++) {
        const weight = layer.w[i][j] / heavy, [x1, y1] = at(l, j), [x2, y2] = at(l + 1, i);
        if (Math.abs(weight) < 0.08) continue;
        Drawing.make("line", { x1, y1, x2, y2, class: weight < 0 ? "weight minus" : "weight", "stroke-width": (Math.abs(weight) * 3).toFixed(1), "stroke-opacity": Math.min(1, 0.15 + Math.abs(weight) * 0.7).toFixed(2) }, svg);
      }
    });
    const middle = (sizes.length - 1) / 2;
    sizes.forEach((size, l) => {
      for (let i = 0; i < drawn[l]; i++) { const [cx, cy] = at(l, i); Drawing.make("circle", { cx, cy, r: l === middle ? 7 : 5, class: l === middle ? "layer code" : "layer" }, svg); }
      const text = (l === 0 ? "in " : l === sizes.length - 1 ? "out " : l === middle ? "code " : "") + size;
      Drawing.make("text", { x: at(l, 0)[0], y: high + 28, "text-anchor": "middle", class: "tick" }, svg, text);
    });
    svg.setAttribute("aria-label", `A network of ${sizes.join(", ")} nodes with ${weights()} weights.`);
  }
  const weights = () => net.layers.reduce((sum, layer) => sum + layer.b.length * (layer.w[0].length + 1), 0);
  function show() {
    control("code-value").textContent = control("code").value;
    control("rate-value").textContent = String(RATES[number("rate")]);
    control("epochs-value").textContent = control("epochs").value;
    const most = Math.max(1, curves.learnt[0], curves.aside[0]) * 1.6, cut = (values) => values.map((v) => (Number.isFinite(v) ? Math.min(v, most) : most));
    Drawing.chart(control("chart"), [{ values: cut(curves.learnt) }, { values: cut(curves.aside), kind: "second" }], {
      first: 0, length: number("epochs") + 1, xLabel: "epochs", top: most,
      alt: `Loss after ${epoch} epochs: ${Drawing.figures(curves.learnt[epoch])} on rows it learns from, ${Drawing.figures(curves.aside[epoch])} on rows kept aside.`
    });
    picture();
    control("status").textContent = says();
    control("train").disabled = epoch >= number("epochs");
    control("one").disabled = epoch >= number("epochs");
  }
  function says() {
    const size = `${weights()} weights learn from ${learnt.length} of ${data.drawn}, from ${n} features each.`;
    if (epoch === 0) return `${size} Untrained. Press Train.`;
    const last = curves.aside[epoch], best = Math.min(...curves.aside), at = curves.aside.indexOf(best);
    const now = `After ${epoch} epochs the loss is ${Drawing.figures(curves.learnt[epoch])} on rows it learns from and ${Drawing.figures(last)} on rows kept aside.`;
    const here = curves.learnt[epoch], low = Math.min(...curves.learnt);
    if (!(here <= Math.min(curves.learnt[0], low * 1.15))) return `${now} It hops about instead of coming down: the learning rate is too large.`;
    if (last > best * 1.05) return `${now} Kept aside, it was lowest (${Drawing.figures(best)}) after epoch ${at}: since then it learns by heart.`;
    if (epoch >= 10 && curves.learnt[0] - here < 0.1) return `${now} Hardly anything is learned so far: the learning rate may be too small.`;
    return `${size} ${now}`;
  }
  const stop = Lessons.played(control("train"), step, () => 50);
  control("one").addEventListener("click", () => { stop(); if (epoch < number("epochs")) step(); });
  control("again").addEventListener("click", () => { start += 1; build(); });
  for (const name of ["layers", "activation"]) control(name).addEventListener("change", build);
  control("code").addEventListener("input", build);
  control("rate").addEventListener("input", build);
  control("epochs").addEventListener("input", () => { if (epoch >= number("epochs")) build(); else show(); });
  build();
  Lessons.whenPrinted(forPaper);
  if (own.train) Drawing.chart(control("run"), [{ values: own.train }, { values: own.heldOut, kind: "second" }], {
    xLabel: "epochs", alt: `Loss of the run's own network over ${own.train.length} epochs, ending at ${Drawing.figures(own.heldOut[own.heldOut.length - 1])} on rows kept aside.`
  });
});
