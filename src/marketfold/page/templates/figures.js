/* Figures: plotly.js is unpacked once, each figure is drawn when it comes near the screen, all before printing. */
(function () {
  "use strict";
  const NARROW = 560;
  const PHONE = 360;
  const PAPER_WIDTH = 680;
  const themes = JSON.parse(document.getElementById("figure-themes").textContent);
  const plots = Array.from(document.querySelectorAll(".plot"));
  const specs = new Map();
  let library = null;
  let printing = false;

  function say(plot, text) { plot.querySelector(".waiting").textContent = text; }

  function loadPlotly() {
    if (!library) library = unpack();
    return library;
  }

  async function unpack() {
    const inside = document.getElementById("plotly-packed");
    if (!inside) return fetched();
    const packed = Uint8Array.from(atob(inside.textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  }

  /* A page that is served has the library beside it. */
  function fetched() {
    return new Promise((loaded, failed) => {
      const script = document.createElement("script");
      script.src = document.documentElement.dataset.plotly;
      script.onload = loaded;
      script.onerror = failed;
      document.head.append(script);
    });
  }

  function spec(plot) {
    const key = plot.dataset.figure;
    if (!specs.has(key)) specs.set(key, document.getElementById("data-" + key).textContent);
    return JSON.parse(specs.get(key));
  }

  /* Colours of the light theme that a figure wrote into its traces become those of the dark one. */
  function recolour(value, swap) {
    if (typeof value === "string") return swap[value.toLowerCase()] || value;
    if (Array.isArray(value)) return value.map((item) => recolour(item, swap));
    if (value && typeof value === "object") {
      for (const key of Object.keys(value)) if (key !== "bdata") value[key] = recolour(value[key], swap);
    }
    return value;
  }

  function fit(layout, width) {
    layout.autosize = true;
    /* The title stands above the figure, so its room is not needed. */
    layout.title = { text: "", automargin: false };
    layout.modebar = Object.assign({ orientation: "v" }, layout.modebar);
    const above = (layout.annotations || []).filter((note) => note.yref === "paper" && note.y >= 0.97);
    const rows = Math.max(0, ...above.map((note) => note.text.split("<br>").length));
    layout.margin = Object.assign({}, layout.margin, { t: 10 + 16 * rows });
    if (width < NARROW) {
      layout.font = Object.assign({}, layout.font, { size: 11 });
      if (layout.dragmode === undefined) layout.dragmode = false;
      if (width < PHONE && layout.xaxis && layout.xaxis.dtick === 1 && layout.xaxis.type !== "log") layout.xaxis.dtick = 2;
    }
    return layout;
  }

  function prepared(plot) {
    const figure = spec(plot);
    const mode = printing ? "light" : window.marketfoldTheme.mode();
    if (mode === "dark") recolour(figure, themes.swap);
    figure.layout.template = themes[mode];
    fit(figure.layout, plot.clientWidth);
    return figure;
  }

  const config = {
    displaylogo: false, responsive: true, displayModeBar: true, scrollZoom: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "toggleSpikelines", "hoverClosestCartesian", "hoverCompareCartesian"]
  };

  function paint(plot) {
    const figure = prepared(plot);
    const first = !plot.classList.contains("drawn");
    plot.classList.add("drawn");
    const work = first ? window.Plotly.newPlot(plot, figure.data, figure.layout, config)
      : window.Plotly.react(plot, figure.data, figure.layout, config);
    return work.then(() => {
      widen(plot);
      plot.dataset.ready = "true";
      return printing ? picture(plot) : later(() => picture(plot));
    });
  }

  /* Long labels can leave no room for the marks on a phone: such a figure keeps its width and is scrolled. */
  function widen(plot) {
    const frame = plot.parentElement;
    const room = plot._fullLayout && plot._fullLayout._size ? plot._fullLayout._size.w / plot.clientWidth : 1;
    if (printing || room > 0.36 || plot.clientWidth >= NARROW || frame.classList.contains("crowded")) return;
    frame.classList.add("crowded");
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", document.getElementById("alt-" + plot.dataset.figure).textContent + " Scroll sideways.");
    window.Plotly.Plots.resize(plot);
  }

  function later(work) { (window.requestIdleCallback || setTimeout)(work); }

  /* A WebGL canvas prints empty: figures in space keep a light picture of themselves for paper. */
  async function picture(plot) {
    const figure = spec(plot);
    if (plot.nextElementSibling && plot.nextElementSibling.matches(".print-picture")) return;
    if (!figure.data.some((trace) => /3d$|^mesh|^surface/.test(trace.type || ""))) return;
    const image = document.createElement("img");
    image.className = "print-picture";
    image.alt = "";
    plot.after(image);
    figure.layout.template = themes.light;
    fit(figure.layout, PAPER_WIDTH);
    image.src = await window.Plotly.toImage(figure, { format: "png", width: PAPER_WIDTH, height: figure.layout.height || 480, scale: 2 });
    await image.decode();
  }

  function visible(plot) { return plot.offsetParent !== null && plot.clientWidth > 0; }

  async function draw(plot) {
    if (plot.dataset.state || !visible(plot)) return;
    plot.dataset.state = "asked";
    try {
      await loadPlotly();
      await paint(plot);
      plot.dataset.state = "done";
    } catch (error) {
      plot.dataset.state = "failed";
      plot.classList.remove("drawn");
      say(plot, typeof DecompressionStream === "undefined" ? "This browser is too old to draw the figures; the text and the tables are complete." : "This figure could not be drawn.");
      console.error(error);
    }
  }

  function drawAll() { return Promise.all(plots.map(draw)); }

  /* One after the other, the nearest to the reader first, and the page stays free in between. */
  const near = new Set();
  let drawing = false;
  function distance(plot) {
    const box = plot.getBoundingClientRect();
    return Math.abs((box.top + box.bottom - window.innerHeight) / 2);
  }
  async function drawNear() {
    if (drawing) return;
    drawing = true;
    while (near.size) {
      const next = Array.from(near).sort((a, b) => distance(a) - distance(b))[0];
      near.delete(next);
      await draw(next);
      await new Promise((rest) => setTimeout(rest));
    }
    drawing = false;
  }
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) near.add(entry.target);
      else near.delete(entry.target);
    }
    drawNear();
  }, { rootMargin: "700px 0px" });
  plots.forEach((plot) => watcher.observe(plot));

  /* A page that is printed before anybody scrolled: what draws the figures must be there by then. */
  if (plots.length) later(() => loadPlotly().catch(() => {}));

  /* A hidden figure has no width; it is drawn when its tab or fold opens. */
  document.addEventListener("toggle", (event) => {
    if (event.target.open) event.target.querySelectorAll(".plot").forEach(draw);
  }, true);

  document.addEventListener("marketfold-theme", () => {
    plots.filter((plot) => plot.dataset.state === "done").forEach(paint);
  });

  /* Paper: every fold open but the chapters for analysts that the reader left shut, everything drawn in light colours,
     each figure scaled to the width of its column. */
  let opened = [];
  function beforePrint() {
    if (printing) return;
    printing = true;
    document.documentElement.dataset.mode = "light";
    opened = Array.from(document.querySelectorAll("details:not([open]):not(.for-analyst)"));
    opened.forEach((fold) => { fold.open = true; });
    document.documentElement.classList.add("printing");
    if (window.Plotly) {
      for (const plot of plots) if (plot.clientWidth > 0) { plot.dataset.state = "done"; paint(plot); }
    }
    for (const plot of plots) {
      const room = plot.closest(".fig-grid") ? PAPER_WIDTH / 2 - 12 : PAPER_WIDTH;
      plot.style.setProperty("--print-zoom", String(Math.min(1, room / Math.max(plot.clientWidth, 1))));
      plot.style.width = plot.clientWidth + "px";
    }
  }
  function afterPrint() {
    if (!printing) return;
    printing = false;
    opened.forEach((fold) => { fold.open = false; });
    document.documentElement.classList.remove("printing");
    plots.forEach((plot) => { plot.style.width = ""; });
    window.marketfoldTheme.apply();
    plots.filter((plot) => plot.dataset.state === "done" && visible(plot)).forEach(paint);
  }
  window.addEventListener("beforeprint", beforePrint);
  window.addEventListener("afterprint", afterPrint);
  async function prepare() {
    if (plots.length) await loadPlotly();
    beforePrint();
    await drawAll();
  }

  /* Opened to be printed by a program: the whole page is asked for, and nothing waits to be scrolled to. */
  if (location.hash === "#print") {
    document.querySelectorAll(".for-analyst").forEach((chapter) => { chapter.open = true; });
    prepare();
  }

  window.marketfoldFigures = { drawAll, loadPlotly, prepare };
})();
