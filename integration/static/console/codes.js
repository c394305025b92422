// Offers codes for a field while somebody types: those that begin so, by code or by name. The arrow keys and Enter
// choose, Escape closes, and Enter without a choice sends the form as ever.
(() => {
  const PAUSE = 150; // milliseconds without a key
  const list = document.createElement("ul");
  list.id = "cd-codes";
  list.className = "cd-codes";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  let field = null; // whose list it is
  let waits = 0;

  const isAsked = (part) => Boolean(part.dataset?.codes) && !part.readOnly;
  const chosen = () => list.querySelector("[aria-selected=true]");

  function address(part) {
    const asked = new URL(part.dataset.codes, location.href);
    for (const name of ["partner", "kind"]) {
      const said = part.form?.elements.namedItem(name)?.value;
      if (said && !asked.searchParams.has(name)) asked.searchParams.set(name, said);
    }
    asked.searchParams.set("q", part.value);
    return asked;
  }

  function close() {
    clearTimeout(waits);
    list.hidden = true;
    field?.setAttribute("aria-expanded", "false");
    field?.removeAttribute("aria-activedescendant");
  }

  function row([code, name], number) {
    const made = document.createElement("li");
    made.id = `cd-code-${number}`;
    made.dataset.code = code;
    made.setAttribute("role", "option");
    made.setAttribute("aria-selected", "false");
    const said = [document.createElement("b"), document.createElement("span")];
    [said[0].textContent, said[1].textContent] = [code, name];
    made.append(...said);
    return made;
  }

  function show(codes) {
    list.replaceChildren(...codes.map(row));
    const place = field.getBoundingClientRect();
    list.style.left = `${place.left}px`;
    list.style.top = `${place.bottom + 2}px`;
    list.style.minWidth = `${place.width}px`;
    list.setAttribute("aria-label", field.getAttribute("aria-label") || field.labels?.[0]?.innerText || field.name);
    list.hidden = !codes.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    field.removeAttribute("aria-activedescendant");
  }

  async function offer() {
    const typed = field.value;
    const answer = await fetch(address(field)).catch(() => null);
    const read = answer?.ok && !answer.redirected ? await answer.json() : { codes: [] };
    if (field.value === typed && document.activeElement === field) show(read.codes);
  }

  function mark(option) {
    chosen()?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", option.id);
  }

  function take(option) {
    field.value = option.dataset.code;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    close();
  }

  const KEYS = {
    ArrowDown: () => mark(chosen()?.nextElementSibling || list.firstElementChild),
    ArrowUp: () => mark(chosen()?.previousElementSibling || list.lastElementChild),
    Enter: () => take(chosen()),
    Escape: close,
  };

  function adopt(part) {
    if (part === field || !isAsked(part)) return;
    field = part;
    document.body.append(list);
    const says = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id };
    for (const [name, value] of Object.entries(says)) field.setAttribute(name, value);
  }

  document.addEventListener("focusin", ({ target }) => adopt(target));
  document.addEventListener("input", ({ target }) => {
    adopt(target);
    if (target !== field) return;
    clearTimeout(waits);
    if (field.value.trim()) waits = setTimeout(offer, PAUSE);
    else close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== field || list.hidden || !KEYS[event.key] || (event.key === "Enter" && !chosen())) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  document.addEventListener("focusout", ({ target }) => { if (target === field) close(); });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    if (event.target.closest("li")) take(event.target.closest("li"));
  });
  window.addEventListener("resize", close);
  document.addEventListener("scroll", ({ target }) => { if (target !== list) close(); }, true);
})();
