// What pages do beyond HTML: moments in the viewer's zone, copying, and a theme without a reload. Pages work without it.
"use strict";
(() => {
  const written = document.documentElement.lang === "en" ? undefined : document.documentElement.lang;  // English pages: as the browser writes
  const moment = new Intl.DateTimeFormat(written, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

  const exact = new Intl.DateTimeFormat(written, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

  const day = new Intl.DateTimeFormat(written, { day: "numeric", month: "short", year: "numeric" });

  const localise = (root) => {
    for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
      const at = new Date(time.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      time.title = time.textContent.trim();
      time.textContent = ("day" in time.dataset ? day : "exact" in time.dataset ? exact : moment).format(at);
      time.dataset.local = "";
    }
    for (const button of root.querySelectorAll("button[data-copy][hidden]")) button.hidden = false;
    for (const button of root.querySelectorAll("button[data-fill][hidden]")) button.hidden = false;
    for (const hint of root.querySelectorAll("[data-drop-hint][hidden]")) hint.hidden = false;
    for (const button of root.querySelectorAll("button[data-wait]")) wait(button);
    for (const meter of root.querySelectorAll("progress[data-countdown]:not([data-runs])")) countDown(meter);
  };

  const wait = (button) => {
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 1000 * button.dataset.wait);
    delete button.dataset.wait;
  };

  const countDown = (meter) => {
    meter.dataset.runs = "";
    const text = meter.parentElement.querySelector("[data-seconds]");
    const ends = performance.now() + 1000 * meter.dataset.countdown;
    const timer = setInterval(() => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      meter.value = left;
      const [one, several] = text.dataset.seconds.split("|");
      text.textContent = left === 1 ? one : several.replace("2", left);
      if (left === 0 || !meter.isConnected) clearInterval(timer);
    }, 1000);
  };

  for (const kind of ["dragover", "dragleave", "drop"]) document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) zone.querySelector("input[type=file]").files = event.dataTransfer.files;
  });

  // a row of a statement and its place on the page are shown together: [data-pair] of the same name
  const pair = (name) => {
    for (const one of document.querySelectorAll("[data-pair]")) one.classList.toggle("paired", one.dataset.pair === name);
  };
  const pairOf = (event) => {
    const one = event.target.closest?.("[data-pair]");
    if (one) pair(one.dataset.pair);
  };
  document.addEventListener("focusin", pairOf);
  document.addEventListener("pointermove", pairOf);  // not pointerover: the page also moves under a pointer that rests
  const pairTarget = () => {
    const one = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (one && one.dataset.pair) pair(one.dataset.pair);
  };
  addEventListener("hashchange", pairTarget);
  pairTarget();

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

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-fill]");
    if (!button) return;
    const form = button.closest("form");
    form.elements.login_id.value = button.dataset.fill;
    form.elements.password.value = button.dataset.fillPassword;
    form.elements.login_id.focus();
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
