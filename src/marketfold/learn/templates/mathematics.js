/* The mathematics of the lessons, in plain code: seeded chance, K-means, the directions of PCA, a small network. */
const Maths = (function () {
  "use strict";

  /* mulberry32: the same seed, the same numbers in every browser. */
  function random(seed) {
    let state = seed >>> 0;
    return function () {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = state;
      t = Math.imul(t ^ (t >>> 15), t | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
  }
  function normal(chance) {
    return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
  }
  function shuffled(values, chance) {
    const copy = values.slice();
    for (let i = copy.length - 1; i > 0; i--) {
      const j = Math.floor(chance() * (i + 1));
      [copy[i], copy[j]] = [copy[j], copy[i]];
    }
    return copy;
  }
  function mean(values) { return values.reduce((a, b) => a + b, 0) / values.length; }
  function column(rows, j) { return rows.map((row) => row[j]); }
  function standardised(rows) {
    const width = rows[0].length;
    const centre = [], spread = [];
    for (let j = 0; j < width; j++) {
      const values = column(rows, j);
      centre[j] = mean(values);
      spread[j] = Math.sqrt(mean(values.map((v) => (v - centre[j]) ** 2))) || 1;
    }
    return rows.map((row) => row.map((v, j) => (v - centre[j]) / spread[j]));
  }
  /* Every column keeps its values but loses its company: what the columns told about each other is gone. */
  function shuffledColumns(rows, chance) {
    const columns = rows[0].map((_, j) => shuffled(column(rows, j), chance));
    return rows.map((_, i) => columns.map((values) => values[i]));
  }

  function distance2(a, b) {
    let sum = 0;
    for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2;
    return sum;
  }
  function nearest(point, centres) {
    let best = 0, least = Infinity;
    centres.forEach((centre, c) => {
      const d = distance2(point, centre);
      if (d < least) { least = d; best = c; }
    });
    return best;
  }
  function assign(points, centres) { return points.map((point) => nearest(point, centres)); }
  function seedCentres(points, k, chance) {
    const order = shuffled(points.map((_, i) => i), chance);
    const chosen = [];
    for (const i of order) {
      if (chosen.every((centre) => distance2(centre, points[i]) > 1e-12)) chosen.push(points[i].slice());
      if (chosen.length === k) break;
    }
    return chosen;
  }
  /* k-means++ (Arthur and Vassilvitskii 2007): far points are likelier to be drawn, so that few starts are enough. */
  function spreadCentres(points, k, chance) {
    const centres = [points[Math.floor(chance() * points.length)].slice()];
    while (centres.length < k) {
      const far = points.map((point) => Math.min(...centres.map((centre) => distance2(point, centre))));
      let left = chance() * far.reduce((a, b) => a + b, 0);
      let chosen = far.findIndex((d) => (left -= d) < 0);
      if (chosen < 0) chosen = far.indexOf(Math.max(...far));
      centres.push(points[chosen].slice());
    }
    return centres;
  }
  /* A centre without points stays where it is. */
  function move(points, labels, centres) {
    return centres.map((centre, c) => {
      const own = points.filter((_, i) => labels[i] === c);
      return own.length ? centre.map((_, j) => mean(column(own, j))) : centre.slice();
    });
  }
  function wcss(points, labels, centres) {
    return points.reduce((sum, point, i) => sum + distance2(point, centres[labels[i]]), 0);
  }
  function runOnce(points, k, chance) {
    let centres = spreadCentres(points, k, chance);
    let labels = assign(points, centres);
    for (let round = 0; round < 60; round++) {
      centres = move(points, labels, centres);
      const next = assign(points, centres);
      const still = next.every((label, i) => label === labels[i]);
      labels = next;
      if (still) break;
    }
    return { centres, labels, wcss: wcss(points, labels, centres) };
  }
  function kmeans(points, k, seed, starts) {
    const chance = random(seed);
    let best = null;
    for (let i = 0; i < starts; i++) {
      const result = runOnce(points, k, chance);
      if (!best || result.wcss < best.wcss) best = result;
    }
    return best;
  }
  /* Groups are numbered from left to right, so that a colour stays in its place while K changes. */
  function numbered(result) {
    const order = result.centres.map((_, c) => c).sort((a, b) => result.centres[a][0] - result.centres[b][0]);
    const place = [];
    order.forEach((c, i) => { place[c] = i; });
    return { centres: order.map((c) => result.centres[c]), labels: result.labels.map((c) => place[c]), wcss: result.wcss };
  }
  function sweep(points, kMax, seed) {
    const results = [];
    for (let k = 1; k <= kMax; k++) results.push(numbered(kmeans(points, k, seed + k, 8)));
    return results;
  }
  /* The knee: the point farthest below the straight line from the first to the last. */
  function knee(values) {
    const n = values.length - 1, span = values[0] - values[n] || 1;
    let best = 0, depth = -Infinity;
    values.forEach((value, i) => {
      const below = 1 - i / n - (value - values[n]) / span;
      if (below > depth) { depth = below; best = i; }
    });
    return best + 1;
  }

  function covariance(rows) {
    const width = rows[0].length;
    const centre = rows[0].map((_, j) => mean(column(rows, j)));
    return centre.map((_, a) => centre.map((__, b) =>
      mean(rows.map((row) => (row[a] - centre[a]) * (row[b] - centre[b])))));
  }
  /* Jacobi's method: turn plane after plane until the symmetric matrix is diagonal. */
  function eigen(matrix) {
    const n = matrix.length;
    const a = matrix.map((row) => row.slice());
    const v = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
    for (let round = 0; round < 60; round++) {
      let off = 0;
      for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) off += a[p][q] ** 2;
      if (off < 1e-18) break;
      for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p][q]) < 1e-15) continue;
        const angle = 0.5 * Math.atan2(2 * a[p][q], a[q][q] - a[p][p]);
        const c = Math.cos(angle), s = Math.sin(angle);
        for (let i = 0; i < n; i++) [a[i][p], a[i][q]] = [c * a[i][p] - s * a[i][q], s * a[i][p] + c * a[i][q]];
        for (let i = 0; i < n; i++) [a[p][i], a[q][i]] = [c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]];
        for (let i = 0; i < n; i++) [v[i][p], v[i][q]] = [c * v[i][p] - s * v[i][q], s * v[i][p] + c * v[i][q]];
      }
    }
    const order = a.map((_, i) => i).sort((i, j) => a[j][j] - a[i][i]);
    return { values: order.map((i) => Math.max(a[i][i], 0)), vectors: order.map((i) => v.map((row) => row[i])) };
  }

  const bends = {
    tanh: [Math.tanh, (here) => 1 - here * here], relu: [(v) => Math.max(v, 0), (here) => (here > 0 ? 1 : 0)],
    linear: [(v) => v, () => 1]
  };
  /* A network that is the same from both ends: bent hidden layers, a linear code and a linear end; Adam on the mean square. */
  function network(sizes, seed, activation) {
    const chance = random(seed), middle = (sizes.length - 1) / 2;
    const [bend, slope] = bends[activation || "tanh"];
    const layers = [];
    for (let l = 0; l + 1 < sizes.length; l++) {
      const scale = Math.sqrt(2 / (sizes[l] + sizes[l + 1]));
      const w = Array.from({ length: sizes[l + 1] }, () => Float64Array.from({ length: sizes[l] }, () => normal(chance) * scale));
      layers.push({ w, b: new Float64Array(sizes[l + 1]), bend: l !== middle - 1 && l !== sizes.length - 2 });
    }
    const memory = layers.map((layer) => ({
      mw: layer.w.map((row) => new Float64Array(row.length)), vw: layer.w.map((row) => new Float64Array(row.length)),
      mb: new Float64Array(layer.b.length), vb: new Float64Array(layer.b.length)
    }));
    let time = 0;

    function forward(x, from) {
      const out = [x];
      for (const layer of layers.slice(from || 0)) {
        const before = out[out.length - 1];
        out.push(layer.w.map((row, i) => {
          let sum = layer.b[i];
          for (let j = 0; j < row.length; j++) sum += row[j] * before[j];
          return layer.bend ? bend(sum) : sum;
        }));
      }
      return out;
    }
    function adam(value, slope, m, v, i, rate) {
      m[i] = 0.9 * m[i] + 0.1 * slope;
      v[i] = 0.999 * v[i] + 0.001 * slope * slope;
      return value - rate * (m[i] / (1 - 0.9 ** time)) / (Math.sqrt(v[i] / (1 - 0.999 ** time)) + 1e-8);
    }
    function learn(batch, rate) {
      const slopes = layers.map((layer) => ({ w: layer.w.map((row) => new Float64Array(row.length)), b: new Float64Array(layer.b.length) }));
      for (const x of batch) {
        const out = forward(x);
        let back = out[out.length - 1].map((v, i) => 2 * (v - x[i]) / (x.length * batch.length));
        for (let l = layers.length - 1; l >= 0; l--) {
          const layer = layers[l], here = out[l + 1], from = out[l];
          if (layer.bend) back = back.map((g, i) => g * slope(here[i]));
          const next = new Float64Array(from.length);
          back.forEach((g, i) => {
            slopes[l].b[i] += g;
            for (let j = 0; j < from.length; j++) { slopes[l].w[i][j] += g * from[j]; next[j] += g * layer.w[i][j]; }
          });
          back = Array.from(next);
        }
      }
      time += 1;
      layers.forEach((layer, l) => {
        for (let i = 0; i < layer.b.length; i++) {
          layer.b[i] = adam(layer.b[i], slopes[l].b[i], memory[l].mb, memory[l].vb, i, rate);
          for (let j = 0; j < layer.w[i].length; j++) layer.w[i][j] = adam(layer.w[i][j], slopes[l].w[i][j], memory[l].mw[i], memory[l].vw[i], j, rate);
        }
      });
    }
    return {
      epoch(rows, size, rate, chanceOfOrder) {
        const order = shuffled(rows, chanceOfOrder);
        for (let i = 0; i < order.length; i += size) learn(order.slice(i, i + size), rate);
      },
      layers,
      code: (x) => Array.from(forward(x)[middle]),
      decode: (code) => Array.from(forward(code, middle).at(-1)),
      rebuild: (x) => Array.from(forward(x)[layers.length]),
      loss(rows) {
        return mean(rows.map((x) => { const y = forward(x)[layers.length]; return mean(y.map((v, i) => (v - x[i]) ** 2)); }));
      }
    };
  }

  return { random, normal, shuffled, shuffledColumns, standardised, mean, column, seedCentres, spreadCentres, nearest, assign, move, wcss, kmeans, sweep, knee, covariance, eigen, network, distance2 };
})();
