/* The layers of a network as blocks, and what runs between them. */
const Funnel = (function () {
  "use strict";
  return function funnel(host, sizes) {
    host.replaceChildren();
    const gap = Math.min(96, (Drawing.room(host, 540) - 60) / (sizes.length - 1)), width = 60 + gap * (sizes.length - 1), middle = (sizes.length - 1) / 2;
    const svg = Drawing.make("svg", { viewBox: `0 0 ${width} 170`, role: "img", class: "funnel" }, host);
    svg.setAttribute("aria-label", `A network of ${sizes.join(", ")} nodes: ${sizes[0]} features in, ${sizes[middle]} numbers in the middle, ${sizes[0]} features out.`);
    const most = Math.max(...sizes), height = (n) => 14 + n / most * 92;
    sizes.forEach((n, i) => {
      const x = 22 + i * gap, h = height(n);
      if (i) {
        const before = height(sizes[i - 1]);
        Drawing.make("path", { d: `M${x - gap + 16} ${72 - before / 2} L${x} ${72 - h / 2} L${x} ${72 + h / 2} L${x - gap + 16} ${72 + before / 2} Z`, class: "wires" }, svg);
      }
      Drawing.make("rect", { x, y: 72 - h / 2, width: 16, height: h, rx: 3, class: i === middle ? "layer code" : "layer" }, svg);
      const word = i === 0 ? "in" : i === sizes.length - 1 ? "out" : i === middle ? "code" : "hidden";
      Drawing.make("text", { x: x + 8, y: 144, "text-anchor": "middle", class: "axis" }, svg, word);
      Drawing.make("text", { x: x + 8, y: 160, "text-anchor": "middle", class: "tick" }, svg, String(n));
    });
    [["encoder", 30 + gap * middle / 2], ["decoder", 30 + gap * middle * 1.5]].forEach(([word, x]) => Drawing.make("text", { x, y: 12, "text-anchor": "middle", class: "axis" }, svg, word));
  };
})();
