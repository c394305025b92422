// Keeps the browser's time zone where the server can read it: times are then shown as the user's clock shows them.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`console_zone=${zone}`)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `console_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
})();

// Fetches a live part of the page again while somebody looks at it, and leaves it alone while somebody works in it.
document.addEventListener("DOMContentLoaded", () => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const SECONDS = Number(part.dataset.every || 10);
  setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement) || part.querySelector("[data-rests]")) return;
    const answer = await fetch(part.dataset.live, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
    const came = answer && answer.ok && !answer.redirected;
    part.classList.toggle("cd-stale", !came);
    if (!came) return;
    part.innerHTML = await answer.text();
    if (document.activeElement === document.body) part.querySelector("[autofocus]")?.focus();
  }, SECONDS * 1000);
});
