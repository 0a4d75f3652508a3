/* Small drawings in SVG: a plane with axes and points, and a line chart. */
const Drawing = (function () {
  "use strict";
  const SPACE = "http://www.w3.org/2000/svg";
  function make(name, attributes, parent, text) {
    const node = document.createElementNS(SPACE, name);
    for (const key of Object.keys(attributes || {})) node.setAttribute(key, attributes[key]);
    if (text !== undefined) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  }
  function range(values) {
    const low = Math.min(...values), high = Math.max(...values), room = (high - low || 1) * 0.06;
    return [low - room, high + room];
  }
  function scale(domain, from, to) { return (value) => from + (value - domain[0]) / (domain[1] - domain[0]) * (to - from); }
  function figures(value) {
    const size = Math.abs(value);
    if (size === 0) return "0";
    return size >= 100 ? Math.round(value).toLocaleString("en") : size >= 10 ? value.toFixed(1) : value.toFixed(2);
  }

  /* The next round number at or above: 1, 2, 2.5 or 5 times a power of ten. */
  function round(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 2.5, 5, 10].find((step) => step * power >= value * 0.999) * power;
  }
  /* Drawn as wide as the place it gets, so that its letters keep their size on a phone. */
  function room(host, most) { return Math.max(270, Math.min(host.clientWidth || most, most)); }

  /* A plane for points; y grows upwards. */
  function plane(host, most, proportion, labels) {
    const width = room(host, most), height = Math.round(width * proportion);
    host.replaceChildren();
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", class: "plane" }, host);
    const box = { left: 34, right: width - 10, top: 10, bottom: height - 34 };
    make("rect", { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top, class: "ground" }, svg);
    const xLabel = make("text", { x: (box.left + box.right) / 2, y: height - 10, class: "axis", "text-anchor": "middle" }, svg, labels[0]);
    const yLabel = make("text", { x: 0, y: 0, class: "axis", "text-anchor": "middle", transform: `translate(18 ${(box.top + box.bottom) / 2}) rotate(-90)` }, svg, labels[1]);
    const under = make("g", {}, svg), points = make("g", {}, svg), over = make("g", {}, svg);
    return { svg, box, under, points, over, say: (text) => svg.setAttribute("aria-label", text), name: (x, y) => { xLabel.textContent = x; yLabel.textContent = y; } };
  }
  function place(area, rows) {
    const across = range(rows.map((row) => row[0])), up = range(rows.map((row) => row[1])), box = area.box;
    const x = scale(across, box.left + 6, box.right - 6), y = scale(up, box.bottom - 6, box.top + 6);
    const at = (row) => [x(row[0]), y(row[1])];
    const backX = scale([box.left + 6, box.right - 6], ...across), backY = scale([box.bottom - 6, box.top + 6], ...up);
    const within = (value, low, high) => Math.max(low, Math.min(high, value));
    at.back = (px, py) => [backX(within(px, box.left + 6, box.right - 6)), backY(within(py, box.top + 6, box.bottom - 6))];
    return at;
  }
  /* A mark that a pointer drags and arrow keys move; `moved` gets its new place in the units of the plane. */
  function handle(area, at, node, name, where, moved) {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.setAttribute("aria-label", `${name}: drag it, or move it with the arrow keys`);
    node.classList.add("handle");
    let held = false;
    node.addEventListener("pointerdown", (event) => { held = true; node.setPointerCapture(event.pointerId); node.focus({ preventScroll: true }); event.preventDefault(); });
    node.addEventListener("pointermove", (event) => {
      if (!held) return;
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(area.svg.getScreenCTM().inverse());
      moved(at.back(place.x, place.y));
    });
    for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => { held = false; });
    node.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key];
      if (!step) return;
      event.preventDefault();
      const [x, y] = at(where());
      moved(at.back(x + step[0], y + step[1]));
    });
  }
  function dots(area, rows, at, radius) {
    area.points.replaceChildren();
    return rows.map((row) => {
      const [x, y] = at(row);
      return make("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: radius || 3.6, class: "point" }, area.points);
    });
  }
  function cross(parent, x, y, label) {
    const group = make("g", { class: "centre seg-" + label }, parent);
    group.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
    make("circle", { r: 11 }, group);
    make("text", { "text-anchor": "middle", y: 4.5 }, group, String(label));
    return group;
  }

  /* Lines over 1, 2, 3, ...; `marked` is one of those. `least` keeps the axis from zero where zero says something. */
  function chart(host, lines, options) {
    host.replaceChildren();
    const width = room(host, 520), height = Math.round(Math.max(200, width * 0.6));
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", class: "chart" }, host);
    svg.setAttribute("aria-label", options.alt);
    const box = { left: 48, right: width - 14, top: 14, bottom: height - 40 };
    const all = lines.flatMap((line) => line.values);
    const n = options.length || Math.max(...lines.map((line) => line.values.length));
    const tick = round((options.top || Math.max(...all, 1e-9)) / 4);
    const ticks = Math.ceil((options.top || Math.max(...all, 1e-9)) / tick - 1e-9);
    const top = tick * ticks;
    const first = options.first === undefined ? 1 : options.first;
    const x = scale([first, Math.max(first + n - 1, first + 1)], box.left, box.right), y = scale([0, top], box.bottom, box.top);
    for (let i = 0; i <= ticks; i++) {
      const value = tick * i;
      make("line", { x1: box.left, x2: box.right, y1: y(value), y2: y(value), class: "grid" }, svg);
      make("text", { x: box.left - 6, y: y(value) + 4, "text-anchor": "end", class: "tick" }, svg, figures(value));
    }
    const every = n <= 15 ? 1 : round(n / 8);
    for (let i = 0; i < n; i += every) make("text", { x: x(first + i), y: box.bottom + 17, "text-anchor": "middle", class: "tick" }, svg, String(first + i));
    make("text", { x: (box.left + box.right) / 2, y: height - 5, "text-anchor": "middle", class: "axis" }, svg, options.xLabel);
    for (const line of lines) {
      if (!line.values.length) continue;
      make("polyline", { points: line.values.map((v, i) => `${x(first + i).toFixed(1)},${y(v).toFixed(1)}`).join(" "), class: "line " + (line.kind || "") }, svg);
      if (options.dots) line.values.forEach((v, i) => make("circle", { cx: x(first + i), cy: y(v), r: first + i === options.marked ? 6.5 : 3.2, class: "line-dot " + (line.kind || "") + (first + i === options.marked ? " chosen" : "") }, svg));
    }
    return svg;
  }
  return { make, room, plane, place, handle, dots, cross, chart, figures, scale };
})();
