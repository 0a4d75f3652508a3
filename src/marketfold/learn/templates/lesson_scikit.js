/* K-means as scikit-learn fitted it: a new row is put to its nearest centre. */
Lessons.whenSeen("scikit", function () {
  "use strict";
  const data = window.marketfoldLesson, own = data.own.scikit, columns = own.columns;
  const control = (name) => document.getElementById("scikit-" + name);
  const ends = columns.map((j) => { const values = Maths.column(data.points, j); return [Math.min(...values), Math.max(...values)]; });
  const row = data.features.map(() => 0);
  const axes = [columns[0], columns[1]];
  const area = Drawing.plane(control("plane"), 620, 0.85, axes.map(Units.label));
  const flat = (point) => axes.map((j) => point[j]);
  const at = Drawing.place(area, data.points.map(flat).concat(own.centres.map(flat)));
  const labels = Maths.assign(data.points, own.centres);
  Drawing.dots(area, data.points.map(flat), at).forEach((dot, i) => dot.setAttribute("class", `point seg-${labels[i] + 1}`));
  own.centres.forEach((centre, c) => Drawing.cross(area.under, ...at(flat(centre)), c));
  Array.from(area.under.children).forEach((mark, c) => { mark.setAttribute("class", `centre seg-${c + 1}`); area.over.append(mark); });
  const mark = Drawing.make("g", { class: "centre newcomer" }, area.over);
  Drawing.make("rect", { x: -9, y: -9, width: 18, height: 18 }, mark);
  Drawing.handle(area, at, mark, `The new ${data.unit}`, () => flat(row), (place) => {
    axes.forEach((j, axis) => { row[j] = Math.max(ends[axis][0], Math.min(ends[axis][1], place[axis])); });
    show();
  });
  function bar(host, name, share, text, chosen) {
    const line = document.createElement("div"), term = document.createElement("dt"), value = document.createElement("dd"), track = document.createElement("span"), fill = document.createElement("span");
    term.textContent = name; track.className = "bar-track"; fill.style.width = `${(share * 100).toFixed(1)}%`; track.append(fill); value.append(track, text);
    if (chosen) line.className = "chosen";
    line.append(term, value); host.append(line);
  }
  function show() {
    columns.forEach((j, i) => {
      const [low, high] = ends[i];
      control("new-" + i).value = String(Math.round((row[j] - low) / (high - low || 1) * 100));
      control("value-" + i).textContent = Units.write(j, row[j]);
    });
    const [x, y] = at(flat(row));
    mark.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    const far = own.centres.map((centre) => Math.sqrt(Maths.distance2(row, centre))), least = far.indexOf(Math.min(...far)), most = Math.max(...far) || 1;
    mark.setAttribute("class", `centre newcomer handle seg-${least + 1}`);
    const host = control("distances");
    host.replaceChildren();
    far.forEach((d, c) => bar(host, `centre ${c}`, d / most, d.toFixed(2), c === least));
    const sorted = far.slice().sort((a, b) => a - b), lead = sorted.length > 1 ? sorted[1] - sorted[0] : 0;
    control("status").textContent = `predict says ${least}: centre ${least} is nearest, ${far[least].toFixed(2)} away over all ${data.features.length} features. ${lead < 0.1 * sorted[0] ? "The next is hardly farther: on the edge a small change puts it elsewhere." : `The next centre is ${lead.toFixed(2)} farther.`}`;
    area.say(`${data.points.length} of the ${data.units} in ${own.k} groups, their centres, and a new one in group ${least}.`);
  }
  columns.forEach((j, i) => control("new-" + i).addEventListener("input", () => {
    row[j] = ends[i][0] + (ends[i][1] - ends[i][0]) * Number(control("new-" + i).value) / 100;
    show();
  }));
  columns.forEach((j, i) => { row[j] = Math.max(ends[i][0], Math.min(ends[i][1], 0)); });
  show();

  /* What not scaling does: whose squares make WCSS. */
  const buttons = Array.from(document.querySelectorAll("[data-scaled]"));
  function bars(button) {
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    const host = control("bars"), which = Number(button.dataset.scaled), all = own.bars.map((one) => one[which]), most = Math.max(...all);
    host.replaceChildren();
    own.bars.forEach((one, i) => bar(host, one[0], all[i] / most, Units.percent(all[i]), false));
    control("bars-status").textContent = which === 1 ? `As it stands ${own.bars[0][0]} makes ${Units.percent(all[0])} of WCSS at K = 1, for its values have the largest spread. K-means lowers WCSS, so it would group by that.` : `Scaled, each of the ${data.features.length} features makes ${(100 / data.features.length).toFixed(1)}\u202f%: all have an equal say.`;
  }
  buttons.forEach((button) => button.addEventListener("click", () => bars(button)));
  bars(buttons[0]);
});

/* Many starts on all units: where each comes to rest, and the lowest of the first n_init. */
Lessons.whenSeen("scikit", function () {
  "use strict";
  const data = window.marketfoldLesson, draws = data.own.scikit.ends, NEAR = 1.01;
  const control = (name) => document.getElementById("scikit-" + name);
  let draw = 0;

  function show() {
    const found = draws[control("init").value][draw];
    const count = Number(control("count").value), kept = found.slice(0, count), best = Math.min(...kept), lowest = Math.min(...found);
    const host = control("starts"), area = Drawing.plane(host, 640, host.clientWidth < 500 ? 0.8 : 0.42, ["WCSS where the start came to rest", "starts"]);
    const rows = found.map((value, i) => [value, -i]);
    const at = Drawing.place(area, rows.concat([[lowest * 0.995, -found.length - 4], [lowest * 1.02, 0]]));
    Drawing.dots(area, rows, at, 4.5).forEach((dot, i) => dot.setAttribute("class", "point" + (i >= count ? " unsuited" : found[i] === best ? " near chosen" : " near")));
    const edge = at([lowest * NEAR, 0])[0];
    Drawing.make("line", { x1: edge, x2: edge, y1: area.box.top, y2: area.box.bottom, class: "line second" }, area.under);
    [lowest, Math.max(...found, lowest * 1.02)].forEach((value, i) => Drawing.make("text", { x: at([value, 0])[0], y: area.box.bottom - 5, "text-anchor": i ? "end" : "start", class: "tick" }, area.under, Drawing.figures(value)));
    const good = found.filter((value) => value <= lowest * NEAR).length, chance = 1 - (1 - good / found.length) ** count;
    control("count-value").textContent = String(count);
    control("starts-status").textContent = `Of ${data.everybody}: the lowest of the first ${count} is ${Drawing.figures(best)}; the lowest of all ${found.length} is ${Drawing.figures(lowest)}. ${good} of ${found.length} come within 1\u202f% of it (left of the dashed line), so with n_init = ${count} you get there ${chance > 0.995 && chance < 1 ? "in more than 99\u202f%" : `in ${Units.percent(chance)}`} of the cases.`;
    area.say(`${found.length} starts; the lowest WCSS is ${Drawing.figures(lowest)}, ${good} come within 1 % of it.`);
  }
  control("init").addEventListener("change", show);
  control("again").addEventListener("click", () => { draw = (draw + 1) % draws.plus.length; show(); });
  control("count").addEventListener("input", show);
  show();
});
