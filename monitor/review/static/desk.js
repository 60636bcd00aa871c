// Keys for the desk. Every key presses something that is on the page and shows the key; without this file all works by mouse.
"use strict";

// A key that is struck twice must not decide about the next post, which the reviewer has not read yet.
const SETTLE_MILLISECONDS = 500;
let shownAt = performance.now();

function isTyping(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function withKey(attribute, key) {
  return [...document.querySelectorAll(`[${attribute}]`)].find((element) => element.getAttribute(attribute) === key);
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target)) {
    if (event.key === "Escape" && !event.isComposing) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
  if (performance.now() - shownAt < SETTLE_MILLISECONDS) return;
  const key = event.key.toLowerCase();
  const field = withKey("data-focus-key", key);
  const button = withKey("data-key", key);
  if (!field && !button) return;
  event.preventDefault();
  if (field) field.focus();
  else button.click();
});

// A page about work that goes on shows how far it is.
const reload = document.querySelector("[data-reload-seconds]");
if (reload) setTimeout(() => window.location.reload(), 1000 * Number(reload.dataset.reloadSeconds));

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

// Coming back with the browser's back button shows the page as it was left.
window.addEventListener("pageshow", () => {
  shownAt = performance.now();
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});
