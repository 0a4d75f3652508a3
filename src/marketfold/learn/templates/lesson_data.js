/* The reader's sample, as the page carries it, and its numbers in the reader's units. */
window.marketfoldLesson = JSON.parse(document.getElementById("lesson-data").textContent);
const Units = (function () {
  "use strict";
  const data = window.marketfoldLesson;
  const plain = (value, digits) => (Math.abs(value) < 0.5 * 10 ** -digits ? 0 : value).toLocaleString("en", { maximumFractionDigits: digits }).replace("-", "\u2212");
  /* As the texts write it: one decimal near none and near all, and never rounded to either. */
  function percent(share) {
    const part = Math.abs(share) * 100, near = part < 9.95 || (part > 90 && part < 100);
    const text = part > 0 && part < 0.05 ? "<0.1" : part >= 99.95 && part < 100 - 1e-9 ? ">99.9" : plain(part, near ? 1 : 0);
    return `${share < 0 && part >= 0.05 ? "\u2212" : ""}${text}\u202f%`;
  }
  const signs = { EUR: "\u20ac", USD: "$", GBP: "\u00a3" };
  function money(value) {
    const text = plain(Math.abs(value), Math.abs(value) < 10 ? 2 : 0), sign = value < 0 ? "\u2212" : "";
    if (!data.currency) return sign + text;
    return signs[data.currency] ? sign + signs[data.currency] + text : `${sign}${text} ${data.currency}`;
  }
  const writers = {
    days: (value) => `${plain(value, 0)} day${Math.round(value) === 1 ? "" : "s"}`, money,
    share: (value) => percent(value), flag: (value) => percent(value),
    count: (value) => plain(value, Math.abs(value) < 10 ? 1 : 0), year: (value) => String(Math.round(value)),
    ratio: (value) => plain(value, 2)
  };
  /* From the scaled number to the reader's own. */
  function back(j, scaled) {
    const feature = data.features[j], value = scaled * feature.spread + feature.centre;
    return feature.logged ? Math.expm1(value) : value;
  }
  function forward(j, value) {
    const feature = data.features[j];
    return ((feature.logged ? Math.log1p(value) : value) - feature.centre) / feature.spread;
  }
  const say = (j, value) => writers[data.features[j].measure](value);
  return { percent, money, say, forward, back, write: (j, scaled) => say(j, back(j, scaled)), label: (j) => data.features[j].label };
})();
