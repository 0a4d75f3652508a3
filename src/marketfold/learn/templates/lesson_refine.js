/* One feature before and after: its histogram as it stands, in logarithms and scaled, with an outlier to grow. */
Lessons.whenSeen("refine", function () {
  "use strict";
  const data = window.marketfoldLesson, own = data.own.refine;
  const control = (name) => document.getElementById("refine-" + name);
  const buttons = Array.from(document.querySelectorAll("[data-measured]"));
  const BARS = 20;
  let way = "raw";

  const middle = (values) => {
    const sorted = values.slice().sort((a, b) => a - b), half = sorted.length / 2;
    return half % 1 ? sorted[Math.floor(half)] : (sorted[half - 1] + sorted[half]) / 2;
  };
  function measured(values) {
    if (way === "raw") return values;
    const low = Math.min(...values), logs = values.map((value) => Math.log1p(value - Math.min(low, 0)));
    if (way === "log") return logs;
    return Maths.standardised((way === "scaled" ? values : logs).map((value) => [value])).map((row) => row[0]);
  }
  function show() {
    const j = Number(control("feature").value), times = Number(control("grow").value), chosen = Number(control("bar").value);
    const values = data.points.map((row) => Units.back(j, row[j]));
    const largest = values.indexOf(Math.max(...values));
    values[largest] *= times;
    control("grow-value").textContent = String(times);
    const seen = measured(values), low = Math.min(...seen), width = (Math.max(...seen) - low) / BARS || 1;
    const counts = Array(BARS).fill(0);
    const barOf = (value) => Math.max(0, Math.min(BARS - 1, Math.floor((value - low) / width)));
    seen.forEach((value) => { counts[barOf(value)] += 1; });
    draw(j, seen, low, width, counts, chosen);
    const inside = values.filter((_, i) => barOf(seen[i]) === chosen - 1);
    control("bar-value").textContent = !chosen ? "none" : inside.length ? `${inside.length} ${data.units}, ${Units.say(j, Math.min(...inside))} to ${Units.say(j, Math.max(...inside))}` : "nobody";
    const mean = Maths.mean(values), half = middle(values), above = values.filter((value) => value > mean).length;
    const fullest = Math.max(...counts) / values.length;
    const told = { raw: "As it stands", log: "In logarithms", scaled: "Scaled", both: "In logarithms, then scaled" }[way];
    control("histogram-status").textContent = `${told}: the fullest of ${BARS} bars holds ${Units.percent(fullest)} of ${data.drawn}. The mean is ${Units.say(j, mean)}, the median ${Units.say(j, half)}; ${above} ${above === 1 ? "lies" : "lie"} above the mean. The largest is ${Units.say(j, values[largest])}, ${Math.abs((seen[largest] - Maths.mean(seen)) / spread(seen)).toFixed(1)} spreads from the mean of this picture.`;
  }
  const spread = (values) => { const centre = Maths.mean(values); return Math.sqrt(Maths.mean(values.map((value) => (value - centre) ** 2))) || 1; };
  function draw(j, seen, low, width, counts, chosen) {
    const host = control("histogram"), area = Drawing.plane(host, 760, host.clientWidth < 500 ? 0.8 : 0.42, [{ raw: Units.label(j), log: `${Units.label(j)}, logarithm`, scaled: `${Units.label(j)}, in spreads from the mean`, both: `${Units.label(j)}, logarithm in spreads from the mean` }[way], data.units]);
    const box = area.box, x = Drawing.scale([low, low + width * BARS], box.left + 4, box.right - 4), y = Drawing.scale([0, Math.max(...counts)], box.bottom - 18, box.top + 6);
    counts.forEach((count, i) => {
      const left = x(low + width * i), bar = Drawing.make("rect", { x: left + 0.5, width: Math.max(x(low + width * (i + 1)) - left - 1, 1), y: y(count), height: box.bottom - 18 - y(count), class: "bar" + (i === chosen - 1 ? " chosen" : "") }, area.points);
      bar.addEventListener("pointerenter", () => { if (control("bar").value !== String(i + 1)) { control("bar").value = String(i + 1); show(); } });
    });
    for (const [value, kind] of [[Maths.mean(seen), "line"], [middle(seen), "line second"]]) Drawing.make("line", { x1: x(value), x2: x(value), y1: box.top, y2: box.bottom - 18, class: kind }, area.over);
    [0, 0.5, 1].forEach((part, i) => {
      const value = low + width * BARS * part;
      Drawing.make("text", { x: x(value), y: box.bottom - 4, "text-anchor": ["start", "middle", "end"][i], class: "tick" }, area.over, way === "raw" ? Units.say(j, value) : value.toFixed(1).replace("-", "\u2212"));
    });
    area.say(`Histogram of ${Units.label(j)} in ${counts.length} bars: ${counts.join(", ")}.`);
  }
  buttons.forEach((button) => button.addEventListener("click", () => {
    way = button.dataset.measured;
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    show();
  }));
  for (const name of ["feature", "grow", "bar"]) control(name).addEventListener("input", show);
  control("feature").value = String(own.skewed);
  show();
});

/* Who is near whom, from the numbers of the file to a spread of 1 each; both axes to the same measure. */
Lessons.whenSeen("refine", function () {
  "use strict";
  const data = window.marketfoldLesson, columns = data.own.refine.plane, NEAR = 5;
  const control = (name) => document.getElementById("refine-" + name);
  const area = Drawing.plane(control("plane"), 720, control("plane").clientWidth < 500 ? 1 : 0.6, columns.map(Units.label));
  const column = (j) => data.points.map((row) => Units.back(j, row[j]));
  const deviation = (values) => { const centre = Maths.mean(values); return Math.sqrt(Maths.mean(values.map((value) => (value - centre) ** 2))) || 1; };
  const original = columns.map(column), spreads = original.map(deviation), largest = Math.max(...spreads);
  const rays = Drawing.make("g", {}, area.under);
  let values, rows, at, dots, chosen = 0, fair;

  const follow = Object.assign((row) => at(row), { back: (x, y) => at.back(x, y) });
  /* What one unit of each axis is divided by: the same for both as in the file, its own spread when scaled. */
  const divisors = () => spreads.map((spread) => largest ** (1 - Number(control("scaling").value) / 100) * spread ** (Number(control("scaling").value) / 100));
  function place() {
    const by = divisors();
    rows = values[0].map((value, i) => [value / by[0], values[1][i] / by[1]]);
    const box = area.box, wide = box.right - box.left, high = box.bottom - box.top;
    const ends = [0, 1].map((axis) => [Math.min(...rows.map((row) => row[axis])), Math.max(...rows.map((row) => row[axis]))]);
    const unit = Math.max((ends[0][1] - ends[0][0]) / wide, (ends[1][1] - ends[1][0]) / high) / 2;
    const centre = ends.map(([low, top]) => (low + top) / 2);
    at = Drawing.place(area, rows.concat([[centre[0] - unit * wide, centre[1] - unit * high], [centre[0] + unit * wide, centre[1] + unit * high]]));
  }
  const nearest = (points) => points.map((point, i) => [Maths.distance2(point, points[chosen]), i]).filter(([, i]) => i !== chosen)
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]).slice(0, NEAR).map(([, i]) => i);
  const range = (axis, group) => {
    const own = group.map((i) => values[axis][i]);
    const [from, to] = [Math.min(...own), Math.max(...own)].map((value) => Units.say(columns[axis], value));
    return `${Units.label(columns[axis])} ${from === to ? from : `${from} to ${to}`}`;
  };
  function show() {
    place();
    const near = nearest(rows);
    fair = nearest(values[0].map((value, i) => [value / spreads[0], values[1][i] / spreads[1]]));
    dots.forEach((dot, i) => {
      const [x, y] = at(rows[i]);
      dot.setAttribute("cx", x.toFixed(1)); dot.setAttribute("cy", y.toFixed(1));
      dot.setAttribute("class", "point" + (i === chosen ? " handle chosen" : near.includes(i) ? " near" : ""));
    });
    rays.replaceChildren();
    const [x1, y1] = at(rows[chosen]);
    near.forEach((i) => { const [x2, y2] = at(rows[i]); Drawing.make("line", { x1, y1, x2, y2, class: "fall chosen" }, rays); });
    const same = near.filter((i) => fair.includes(i)).length, scaling = Number(control("scaling").value);
    control("scaling-value").textContent = scaling === 0 ? "not at all, as in the file" : scaling === 100 ? "in full, a spread of 1 each" : `${scaling}\u202f%`;
    control("one-value").textContent = String(chosen + 1);
    control("near").textContent = `Chosen: ${columns.map((j, axis) => `${Units.label(j)} ${Units.say(j, values[axis][chosen])}`).join(", ")}. Its five nearest have ${range(0, near)}, and ${range(1, near)}. ${same} of them ${same === 1 ? "is" : "are"} among the five nearest when both are scaled in full, among ${data.drawn}.`;
    area.say(`${rows.length} ${data.units}; number ${chosen + 1} is joined to its five nearest.`);
  }
  function choose(i) {
    chosen = i;
    control("one").value = String(i + 1);
    if (!dots[i].hasAttribute("tabindex")) Drawing.handle(area, follow, dots[i], `${data.unit} ${i + 1}`, () => rows[i], (where) => drag(i, where));
    show();
  }
  function drag(i, where) {
    const by = divisors();
    values[0][i] = where[0] * by[0];
    values[1][i] = where[1] * by[1];
    show();
  }
  function begin() {
    values = original.map((own) => own.slice());
    place();
    dots = Drawing.dots(area, rows, at);
    dots.forEach((dot, i) => dot.addEventListener("pointerdown", () => choose(i)));
    choose(chosen);
  }
  control("scaling").addEventListener("input", show);
  control("one").addEventListener("input", () => choose(Number(control("one").value) - 1));
  control("back").addEventListener("click", begin);
  begin();
});
