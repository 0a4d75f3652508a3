/* Why segments: whom a message suits, on the reader's own rows, with marks to drag. */
Lessons.whenSeen("why", function () {
  "use strict";
  const data = window.marketfoldLesson, own = data.own.why;
  const control = (name) => document.getElementById("why-" + name);
  const chance = Maths.random(data.seed + 5), stir = data.points.map(() => chance() - 0.5);
  const numbers = own.segments.map((segment) => segment.number);
  let j, place, area, at, dots, rows, marks, each = false;

  own.places.forEach((column, i) => { control("feature").add(new Option(Units.label(column), i)); });
  const lineOf = (k) => numbers.length - 1 - k;
  const suits = (value, middle) => Math.abs(value - middle) <= Math.abs(middle) * Number(control("close").value) / 100;

  function choose() {
    place = Number(control("feature").value);
    j = own.places[place];
    area = Drawing.plane(control("plane"), 760, control("plane").clientWidth < 500 ? 0.9 : 0.5, [Units.label(j), "segment"]);
    rows = data.points.map((row, i) => [row[j], lineOf(own.labels[i]) + stir[i] * 0.55]);
    at = Drawing.place(area, rows.concat([[rows[0][0], -0.8], [rows[0][0], numbers.length - 0.4]]));
    dots = Drawing.dots(area, rows, at);
    ticks();
    if (each) numbers.forEach((_, k) => mark(own.middles[place][k], [k]));
    else mark(own.middle[place], numbers.map((_, k) => k));
    show();
  }
  /* A few places along the axis, in the reader's units. */
  function ticks() {
    const box = area.box;
    const scaled = rows.map((row) => row[0]), low = Math.min(...scaled), high = Math.max(...scaled);
    [0, 0.5, 1].forEach((part, i) => {
      const value = low + (high - low) * part;
      Drawing.make("text", { x: at([value, 0])[0], y: box.bottom - 6, "text-anchor": ["start", "middle", "end"][i], class: "tick" }, area.under, Units.write(j, value));
    });
  }
  function mark(middle, lines) {
    const band = Drawing.make("rect", { class: "suited" }, area.under);
    const node = lines.length > 1 ? Drawing.make("g", { class: "centre" }, area.over) : Drawing.cross(area.over, 0, 0, numbers[lines[0]]);
    if (lines.length > 1) { Drawing.make("circle", { r: 11, class: "for-all" }, node); }
    const one = { middle, lines, band, node };
    const line = (lineOf(lines[0]) + lineOf(lines[lines.length - 1])) / 2;
    Drawing.handle(area, at, node, lines.length > 1 ? "The message for all" : `The message for segment ${numbers[lines[0]]}`, () => [Units.forward(j, one.middle), line],
      ([scaled]) => { one.middle = Units.back(j, scaled); show(); });
    one.line = line;
    marks = lines.length > 1 || lines[0] === 0 ? [one] : marks.concat([one]);
  }
  function draw(one) {
    const reach = Math.abs(one.middle) * Number(control("close").value) / 100, box = area.box;
    const within = (x) => Math.max(box.left, Math.min(box.right, Number.isFinite(x) ? x : box.left));
    const [x, y] = at([Units.forward(j, one.middle), one.line]);
    const low = within(at([Units.forward(j, one.middle - reach), 0])[0]), high = within(at([Units.forward(j, one.middle + reach), 0])[0]);
    const tops = one.lines.map((k) => at([0, lineOf(k)])[1]), half = Math.abs(at([0, 0])[1] - at([0, 1])[1]) * 0.4;
    one.band.setAttribute("x", low); one.band.setAttribute("width", Math.max(high - low, 2));
    one.band.setAttribute("y", Math.min(...tops) - half); one.band.setAttribute("height", Math.max(...tops) - Math.min(...tops) + 2 * half);
    one.node.style.transform = `translate(${within(x).toFixed(1)}px, ${y.toFixed(1)}px)`;
  }
  function show() {
    control("close-value").textContent = control("close").value + "\u202f%";
    marks.forEach(draw);
    const middleOf = (i) => (each ? marks[own.labels[i]] : marks[0]).middle;
    const suited = rows.map((row, i) => suits(Units.back(j, row[0]), middleOf(i)));
    dots.forEach((dot, i) => dot.setAttribute("class", `point seg-${numbers[own.labels[i]]}` + (suited[i] ? "" : " unsuited")));
    const n = suited.filter(Boolean).length, share = Units.percent(n / suited.length);
    const whom = marks.map((one) => Units.say(j, one.middle)).join(", ");
    const told = each ? `${marks.length} messages, written for ${whom}` : `One message, written for ${whom} (${Units.label(j)})`;
    control("status").textContent = `${told}: ${each ? "they suit" : "it suits"} ${n} of the ${suited.length} ${data.units} drawn here, ${share}. ${each ? "Each segment has its own mark: drag them too." : "Now try one for each segment."}`;
    area.say(`${suited.length} ${data.units} in ${numbers.length} rows, one for each segment, by ${Units.label(j)}; ${n} are suited.`);
  }
  function turn(way) {
    each = way;
    control("all").setAttribute("aria-pressed", String(!each));
    control("each").setAttribute("aria-pressed", String(each));
    choose();
  }
  control("feature").addEventListener("change", choose);
  control("close").addEventListener("input", show);
  control("all").addEventListener("click", () => turn(false));
  control("each").addEventListener("click", () => turn(true));
  choose();
});

/* What it costs and brings: measured orders, and assumptions that the reader drags. */
Lessons.whenSeen("why", function () {
  "use strict";
  const own = window.marketfoldLesson.own.why, units = window.marketfoldLesson.units;
  const control = (name) => document.getElementById("why-" + name);
  if (!control("cost")) return;
  const least = Math.min(...own.segments.map((segment) => Math.max(segment.order, 0))) || 1;
  const share = (name) => Number(control(name).value) / 100;
  const percent = (value) => value.toFixed(1).replace(/\.0$/, "") + "\u202f%";
  const price = (value) => Units.money(value);

  function show() {
    const cost = Number(control("cost").value) / 200 * 0.1 * least, margin = share("margin"), response = share("response");
    control("cost-value").textContent = price(cost);
    control("margin-value").textContent = percent(margin * 100);
    control("response-value").textContent = percent(response * 100);
    const result = (segment, rate) => segment.units * (rate * margin * segment.order - cost);
    const sums = own.segments.map((segment, k) => {
      const rate = share("own-" + k), left = result(segment, rate);
      const from = margin > 0 && cost > 0 ? `pays from ${percent(cost / (margin * segment.order) * 100)}` : "no break-even yet";
      control(`own-${k}-value`).textContent = `${percent(rate * 100)}; ${from}; ${left > 0 ? "leaves " + price(left) : left < 0 ? "would lose " + price(-left) : "nothing gained or lost"}`;
      return left;
    });
    if (cost === 0 || margin === 0) { control("money").textContent = "Nothing is assumed yet. Drag the cost of a contact and the margin: then each segment says from which response a message to it pays."; return; }
    const all = own.segments.reduce((sum, segment) => sum + result(segment, response), 0);
    const written = own.segments.filter((_, k) => sums[k] > 0), left = sums.filter((sum) => sum > 0).reduce((a, b) => a + b, 0);
    const people = written.reduce((sum, segment) => sum + segment.units, 0);
    const whom = written.length ? `writes to ${people.toLocaleString("en")} in segment${written.length > 1 ? "s" : ""} ${written.map((segment) => segment.number).join(", ")} and leaves ${price(left)}` : "writes to nobody yet: no response that you assume earns its cost";
    control("money").textContent = `If your assumptions hold: one message for all goes to ${own.count.toLocaleString("en")} ${units} and ${all < 0 ? "loses " + price(-all) : "leaves " + price(all)}. One for each segment ${whom}.`;
  }
  ["cost", "margin", "response", ...own.segments.map((_, k) => "own-" + k)].forEach((name) => control(name).addEventListener("input", show));
  show();
});

/* A campaign played a hundred times: what a holdout would have shown. */
Lessons.whenSeen("why", function () {
  "use strict";
  const own = window.marketfoldLesson.own.why;
  const control = (name) => document.getElementById("why-" + name);
  if (!control("effect")) return;
  const GAMES = 100, MOST = 4000;
  let draw = window.marketfoldLesson.seed + 1;

  /* How many of n buy; of very many by the normal curve, which is as good. */
  function buyers(n, rate, chance) {
    if (n > MOST) return n * rate + Maths.normal(chance) * Math.sqrt(n * rate * (1 - rate));
    let found = 0;
    for (let i = 0; i < n; i++) if (chance() < rate) found += 1;
    return found;
  }
  function show() {
    const effect = Number(control("effect").value) / 100, part = Number(control("kept").value) / 100;
    control("effect-value").textContent = `${control("effect").value} more in 100`;
    control("kept-value").textContent = control("kept").value + "\u202f%";
    const kept = Math.max(1, Math.round(own.count * part)), written = own.count - kept, chance = Maths.random(draw);
    const games = Array.from({ length: GAMES }, (_, i) => {
      const bought = buyers(written, Math.min(1, own.base + effect), chance), without = buyers(kept, own.base, chance);
      return { bought, without, row: [(bought / written - without / kept) * 100, i] };
    });
    const area = Drawing.plane(control("draws"), 640, 0.5, ["buyers in 100: written to minus holdout", "100 draws"]);
    const edge = Math.max(10, ...games.map((game) => Math.abs(game.row[0])));
    const at = Drawing.place(area, games.map((game) => game.row).concat([[-edge, -9], [edge, 0]]));
    for (const [value, kind] of [[0, "grid"], [effect * 100, "line"]]) {
      const x = at([value, 0])[0];
      Drawing.make("line", { x1: x, x2: x, y1: area.box.top, y2: area.box.bottom, class: kind }, area.under);
    }
    for (const value of [-edge, 0, edge]) Drawing.make("text", { x: at([value, 0])[0], y: area.box.bottom - 6, "text-anchor": value < 0 ? "start" : value > 0 ? "end" : "middle", class: "tick" }, area.under, (value < 0 ? "\u2212" : "") + Math.abs(value).toFixed(0));
    Drawing.dots(area, games.map((game) => game.row), at, 3);
    const wrong = games.filter((game) => game.row[0] <= 0).length, first = games[0];
    const whole = (value) => Math.round(value).toLocaleString("en");
    const told = effect === 0 ? `The message does nothing here, and yet the written-to did better in ${GAMES - wrong} of 100 draws: that is chance.` : `In ${wrong} of 100 draws the written-to did no better, though the message works: ${wrong > 20 ? "too few are compared to see it" : "mostly it can be seen"}.`;
    control("draws-status").textContent = `First draw: ${whole(first.bought)} of ${whole(written)} who were written to bought. Without a holdout all of them would be counted as its success. Of ${whole(kept)} kept back ${whole(first.without)} bought. ${told}`;
    area.say(`100 draws of the difference between written-to and holdout; the true effect is ${control("effect").value} in 100.`);
  }
  control("draw").addEventListener("click", () => { draw += 1; show(); });
  for (const name of ["effect", "kept"]) control(name).addEventListener("input", show);
  show();
});
