// Menus of the bar: open by click or key, closed by Escape, by leaving or by choosing. This stands
// in the page before anything is painted; which menu is open is kept here, so that a bar that is
// drawn anew under the hands keeps it open.
(() => {
  const MENU = "[class*='st-key-ot-menu-']";
  const INSIDE = [".ot-drop", "[class*='st-key-ot-drop-']"].map((box) => `${box} :is(a, button)`).join();
  let opened = "";
  const menuOf = (element) => element?.closest?.(MENU);
  const head = (menu) => menu.querySelector(".ot-menu-head");
  const name = (menu) => [...menu.classList].find((one) => one.startsWith("st-key-ot-menu-"));
  const show = () => {
    for (const menu of document.querySelectorAll(MENU)) {
      const isOpen = name(menu) === opened;
      if (menu.hasAttribute("data-open") !== isOpen) menu.toggleAttribute("data-open", isOpen);
      const said = String(isOpen);
      if (head(menu) && head(menu).getAttribute("aria-expanded") !== said)
        head(menu).setAttribute("aria-expanded", said);
    }
  };
  const open = (menu) => {
    opened = menu ? name(menu) : "";
    show();
  };
  document.addEventListener("click", (event) => {
    const menu = menuOf(event.target);
    if (!menu) return open(null);
    if (event.target.closest(".ot-menu-head")) return open(name(menu) === opened ? null : menu);
    if (!event.target.closest("a, button")) return;
    open(null);
    document.activeElement?.blur();
  });
  document.addEventListener("keydown", (event) => {
    const menu = menuOf(event.target);
    if (!menu) return;
    if (event.key === "Escape" && opened) {
      open(null);
      head(menu).focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open(menu);
      const all = [head(menu), ...menu.querySelectorAll(INSIDE)];
      const step = event.key === "ArrowDown" ? 1 : all.length - 1;
      all[(all.indexOf(document.activeElement) + step) % all.length].focus();
    }
  });
  document.addEventListener("focusin", (event) => {
    const menu = menuOf(event.target);
    if (opened && (!menu || name(menu) !== opened)) open(null);
  });
  new MutationObserver(() => opened && show()).observe(document, { childList: true, subtree: true });
})();
