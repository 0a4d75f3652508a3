/* Report and lessons stand in frames of no origin and without storage: they take the place in the page and the colours
   that the studio has from their address, and one asks for the other by a message. */
(function () {
  "use strict";
  const frame = document.querySelector("iframe.framed");
  if (!frame) return;
  const stations = ["learn", "report"];
  const place = /^#[a-z0-9-]+$/;
  // Where a frame is sent on while it loads, the first address may win: so it has none before this.
  const address = new URL(frame.dataset.src, location.href);
  address.searchParams.set("colours", window.marketfoldTheme.choice);
  window.addEventListener("message", (event) => {
    const asked = event.data;
    if (event.source !== frame.contentWindow || !asked || !stations.includes(asked.marketfold)) return;
    if (place.test(asked.at)) location.assign(asked.marketfold + asked.at);
  });
  document.addEventListener("marketfold-theme", () => {
    frame.contentWindow.postMessage({ colours: window.marketfoldTheme.choice }, "*");  // it has no origin to name
  });
  if (place.test(location.hash)) address.hash = location.hash;
  frame.src = address;
})();
