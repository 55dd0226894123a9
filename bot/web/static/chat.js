// What the browser does by itself, done without leaving the page: the same forms, the same HTML, parts of it swapped in.
"use strict";

const box = document.getElementById("text");
const composer = document.getElementById("composer");
const news = document.getElementById("news");
const heard = document.getElementById("heard");
let sending = false;

document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  event.preventDefault();
  if (!sending) void send(event.target, event.submitter);
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (box.value.trim()) composer.requestSubmit();
});

// A menu closes as menus do.
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

async function send(form, button) {
  const answers = new URLSearchParams(new FormData(form, button));
  busy(true);
  try {
    const answer = await fetch(form.action, { method: "POST", body: answers });
    if (!answer.ok) {
      news.textContent = `The demo did not take that (${answer.status}). What you wrote is still here.`;
    } else if (new URL(answer.url).pathname !== location.pathname) {
      location.assign(answer.url);
    } else {
      show(new DOMParser().parseFromString(await answer.text(), "text/html"), form, button);
    }
  } catch {
    news.textContent = "That could not be sent. Is the demo still running? What you wrote is still here.";
  } finally {
    busy(false);
  }
}

function show(page, form, button) {
  const place = describe(button);
  const top = button?.getBoundingClientRect().top;
  for (const fresh of page.querySelectorAll("[data-swap]")) {
    const old = document.getElementById(fresh.id);
    keepFolds(old, fresh);
    old.replaceWith(document.adoptNode(fresh));
  }
  document.title = page.title;
  news.textContent = page.getElementById("news").textContent;

  const latest = document.getElementById("latest");
  const reply = document.querySelector("[data-says]")?.dataset.says ?? "";
  const pressed = place && document.querySelector(place);
  if (pressed && pressed.closest(".line") && isFar(pressed, latest) && !latest.querySelector(".form")) {
    // One answer of a long list: the reader stays at it, and is told here what it led to.
    news.textContent = reply;
    pressed.focus({ preventScroll: true });
    for (const scroller of [document.querySelector(".scroller"), window]) {
      scroller.scrollBy(0, pressed.getBoundingClientRect().top - top);
    }
    return;
  }
  heard.textContent = reply;
  if (form === composer) box.value = "";
  (form === composer ? box : pressed || latest).focus({ preventScroll: true });
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  latest.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
}

// Where to find the same button again on the page drawn afresh.
function describe(button) {
  if (!button?.value) return "";
  const line = button.closest(".line");
  return `${line ? `[data-line="${line.dataset.line}"]` : "#clock"} [value="${CSS.escape(button.value)}"]`;
}

function isFar(pressed, latest) {
  return latest.getBoundingClientRect().bottom - pressed.getBoundingClientRect().top > innerHeight * 0.6;
}

// Where a part is drawn afresh, what the reader folded stays folded; a column that was empty opens with its first action.
function keepFolds(old, fresh) {
  const before = old.querySelectorAll("details.column");
  fresh.querySelectorAll("details.column").forEach((column, n) => {
    const fills = column.querySelector("li") && !before[n]?.querySelector("li");
    if (before[n] && !fills) column.open = before[n].open;
  });
}

function busy(is) {
  sending = is;
  document.body.classList.toggle("busy", is);
}

function openMenus() {
  return document.querySelectorAll("details.switcher[open]");
}
