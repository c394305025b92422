// What the theme leaves to the mouse: its clickable words and icons become buttons with names, for the keyboard and for
// screen readers. Its icons are ligatures, which would be read aloud.
(() => {
  const NAMES = { swap_horiz: "Today", dock_to_right: "Menu", close: "Close", unfold_more: "Account", filter_list: "Filters" };
  const CLICKED = "[x-on\\:click]:not(button, a[href], input, select, textarea, label, summary, form, dialog)";

  const icon = (part) => part.classList.contains("material-symbols-outlined");
  const says = (part) => [...part.childNodes].filter((node) => !(node.nodeType === 1 && icon(node))).map((node) => node.textContent).join(" ").trim();

  function name(part) {
    const icons = icon(part) ? [part] : [...part.querySelectorAll(".material-symbols-outlined")];
    const named = part.getAttribute("aria-label") || part.getAttribute("title") || (icon(part) ? "" : says(part));
    const known = icons.map((one) => NAMES[one.textContent.trim()]).find(Boolean);
    if (!named && (known || icons.length)) part.setAttribute("aria-label", known || icons[0].textContent.trim().replaceAll("_", " "));
  }

  function press(event) {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.currentTarget.click();
  }

  function reach(root) {
    for (const part of root.querySelectorAll(CLICKED)) {
      if (part.hasAttribute("tabindex") || part.querySelector("a[href], button, input")) continue;
      part.setAttribute("role", "button");
      part.setAttribute("tabindex", "0");
      part.addEventListener("keydown", press);
    }
    for (const part of root.querySelectorAll("a, button, [role=button]")) name(part);
    for (const part of root.querySelectorAll(".material-symbols-outlined:not([role=button])")) part.setAttribute("aria-hidden", "true");
  }

  // What is wider than its frame is scrolled by the arrow keys, too.
  function scroll() {
    for (const part of document.querySelectorAll(".cd-card, .cd-wide")) {
      const wide = part.scrollWidth > part.clientWidth && getComputedStyle(part).overflowX !== "visible";
      if (wide) part.setAttribute("tabindex", "0");
      else part.removeAttribute("tabindex");
    }
  }

  // The theme hides the page until its scripts are there, and no browser focuses what is hidden, nor asks again later.
  function focus() {
    if (document.activeElement === document.body) document.querySelector("[autofocus]")?.focus();
  }

  document.addEventListener("DOMContentLoaded", () => { reach(document); scroll(); focus(); });
  document.addEventListener("read-anew", (event) => { reach(event.target); scroll(); });
  window.addEventListener("resize", scroll);
})();
