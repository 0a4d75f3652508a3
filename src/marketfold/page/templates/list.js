/* Lists: sorted by the heading that is pressed, narrowed to a segment or to some words. */
(function () {
  "use strict";
  const ON_PAPER = 15;

  for (const block of document.querySelectorAll(".list-block")) {
    const body = block.querySelector("tbody");
    const rows = Array.from(body.rows);
    const chosen = block.querySelector(".list-segment");
    const find = block.querySelector(".list-find");
    const count = block.querySelector(".list-count");
    const printed = block.querySelector(".list-printed");

    /* Paper has the first of each segment that is shown, in the order that is shown, and says how many. */
    function forPaper() {
      const shown = Array.from(body.rows).filter((row) => !row.hidden);
      const seen = {};
      for (const row of shown) seen[row.dataset.segment] = 0;
      const segments = Object.keys(seen).length;
      const each = Math.max(1, Math.floor(ON_PAPER / segments));
      for (const row of shown) row.classList.toggle("off-paper", ++seen[row.dataset.segment] > each);
      const all = shown.every((row) => !row.classList.contains("off-paper"));
      printed.textContent = all ? "" : "On paper: the first " + each + (segments > 1 ? " of each segment." : ".");
    }

    function narrow() {
      const words = find.value.trim().toLowerCase();
      let shown = 0;
      for (const row of rows) {
        row.hidden = (chosen.value && row.dataset.segment !== chosen.value) || !row.textContent.toLowerCase().includes(words);
        if (!row.hidden) shown += 1;
      }
      count.textContent = shown.toLocaleString("en") + " of " + rows.length.toLocaleString("en");
      forPaper();
    }

    function keyOf(row, place) {
      const cell = row.cells[place];
      return cell.dataset.key === undefined ? cell.textContent.trim() : Number(cell.dataset.key);
    }

    /* What is not known stays last, whichever way one sorts. */
    function sort(place, down) {
      const known = (key) => typeof key === "number" || (key !== "" && key !== "\u2014");
      const keyed = rows.map((row, index) => ({ row, index, key: keyOf(row, place) }));
      keyed.sort((a, b) => {
        if (known(a.key) !== known(b.key)) return known(a.key) ? -1 : 1;
        const order = typeof a.key === "number" && typeof b.key === "number" ? a.key - b.key : String(a.key).localeCompare(String(b.key));
        return (down ? -order : order) || a.index - b.index;
      });
      body.append(...keyed.map((one) => one.row));
      forPaper();
    }

    const heads = Array.from(block.querySelectorAll("thead th"));
    heads.forEach((head, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : head.classList.contains("num");
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(place, down);
      });
    });
    chosen.addEventListener("change", narrow);
    find.addEventListener("input", narrow);
    block.querySelector(".list-tools").hidden = false;
    narrow();
  }
})();
