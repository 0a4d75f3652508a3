/* A table whose bars grow to the right for plus and to the left for minus, from one line in the middle. */
const SignedBars = (function () {
  "use strict";
  /* `rows`: name, then a size and what it says for each bar, then texts. */
  return function signedBars(host, heads, rows, most) {
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    heads.forEach((text, i) => { const cell = document.createElement("th"); cell.scope = "col"; cell.textContent = text; if (i) cell.className = "num"; head.append(cell); });
    for (const [name, values, texts] of rows) {
      const line = body.insertRow(), title = document.createElement("th");
      title.scope = "row"; title.textContent = name; line.append(title);
      for (const [value, said] of values) {
        const cell = line.insertCell(), bar = document.createElement("span");
        cell.className = "signed-cell" + (value < 0 ? " minus" : "");
        bar.className = "signed-bar";
        bar.style.setProperty("--size", String(Math.min(1, Math.abs(value) / most)));
        cell.append(bar, said);
      }
      for (const text of texts) { const cell = line.insertCell(); cell.className = "num"; cell.textContent = text; }
    }
    host.replaceChildren(table);
  };
})();
