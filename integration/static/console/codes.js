// Offers codes for a field while somebody types: those that begin so, by code or by name. The browser's own list does
// the rest, by keyboard too.
(() => {
  const PAUSE = 150; // milliseconds without a key

  function address(field) {
    const asked = new URL(field.dataset.codes, location.href);
    for (const name of ["partner", "kind"]) {
      const said = field.form?.elements.namedItem(name)?.value;
      if (said && !asked.searchParams.has(name)) asked.searchParams.set(name, said);
    }
    asked.searchParams.set("q", field.value);
    return asked;
  }

  function list(field) {
    if (field.list) return field.list;
    const made = document.createElement("datalist");
    made.id = `codes-${field.id || field.name}`;
    field.after(made);
    field.setAttribute("list", made.id);
    return made;
  }

  async function offer(field) {
    const typed = field.value;
    if (!typed.trim()) return;
    const answer = await fetch(address(field)).catch(() => null);
    if (!answer?.ok || answer.redirected || field.value !== typed) return;
    const { codes } = await answer.json();
    list(field).replaceChildren(...codes.map(([code, name]) => new Option(name, code)));
  }

  const waits = new WeakMap();
  document.addEventListener("input", ({ target }) => {
    if (!target.dataset?.codes || target.readOnly) return;
    clearTimeout(waits.get(target));
    waits.set(target, setTimeout(offer, PAUSE, target));
  });
})();
