// Keeps the browser's time zone where the server can read it: times are then shown as the user's clock shows them.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`console_zone=${zone}`)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `console_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
})();

// A page that asks is the answer to what was sent: the browser's way back would ask whether to send it again, and end at
// an error. Its place in the history is the page before it.
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector("form[data-asks]")) history.replaceState(null, "", location.href);
});

// Fetches a live part of the page again while somebody looks at it, and leaves it alone while somebody works in it: has
// the keyboard's focus there, or has marked some of its text.
document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const MILLISECONDS = 1000 * Number(part.dataset.every || 10);
  const TOKEN = /name="csrfmiddlewaretoken" value="[^"]*"/g;
  let asks = false;
  let shown = "";

  function isWorkedIn() {
    const marked = document.getSelection();
    const reads = !marked.isCollapsed && part.contains(marked.anchorNode);
    return reads || (part.contains(document.activeElement) && document.activeElement.matches(":focus-visible"));
  }

  async function read() {
    const headers = { "X-Requested-With": "XMLHttpRequest" };
    const answer = await fetch(part.dataset.live, { headers, signal: AbortSignal.timeout(3 * MILLISECONDS) });
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return answer.text();
  }

  function show(text) {
    const plain = text.replace(TOKEN, "");
    if (plain === shown) return;
    shown = plain;
    part.innerHTML = text;
    part.dispatchEvent(new Event("read-anew", { bubbles: true }));
    if (document.activeElement === document.body) part.querySelector("[autofocus]")?.focus();
  }

  setInterval(async () => {
    if (asks || document.hidden || isWorkedIn() || part.querySelector("[data-rests]")) return;
    asks = true;
    const text = await read().catch(() => null);
    asks = false;
    part.classList.toggle("cd-stale", text === null);
    if (text !== null && !isWorkedIn()) show(text);
  }, MILLISECONDS);
});
