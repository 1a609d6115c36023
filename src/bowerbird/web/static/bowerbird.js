// What pages do beyond HTML: moments in the viewer's zone, copying, and a theme without a reload. Pages work without it.
"use strict";
(() => {
  const moment = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = time.textContent.trim();
      time.textContent = moment.format(at);
      time.dataset.local = "";
    }
    for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("button[data-copy]");
    if (!button) return;
    const from = document.getElementById(button.dataset.copy);
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(from.textContent.trim());
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(from);
      button.textContent = "Press Ctrl+C";
    }
    setTimeout(() => { button.textContent = before; }, 2000);
  });

  document.addEventListener("change", (event) => {
    const theme = event.target.closest?.("select[name=theme]");
    if (!theme) return;
    document.documentElement.dataset.theme = theme.value;
    const form = theme.form;
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
  });

  document.addEventListener("htmx:load", (event) => localise(event.detail.elt.parentElement ?? document));
  localise(document);
})();
