// Keeps the browser's time zone where the server can read it: times are then shown as the user's clock shows them.
(() => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || document.cookie.split("; ").includes(`console_zone=${zone}`)) return;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `console_zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
})();
