(function () {
  "use strict";
  const form = document.getElementById("roles");
  if (!form || !document.getElementById("roles-said")) return;
  const said = document.getElementById("roles-said");
  const menus = Array.from(form.querySelectorAll("select"));
  const before = new Map(menus.map((menu) => [menu, menu.value]));
  form.addEventListener("change", () => {
    const n = menus.filter((menu) => menu.value !== before.get(menu)).length;
    said.textContent = n ? `${n} changed, not taken yet` : "";
    form.classList.toggle("is-changed", n > 0);
  });
})();
