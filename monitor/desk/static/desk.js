// Keys for the desk. Every key presses something that is on the page and shows the key; without this file all works by mouse.
"use strict";

// A key that is struck twice must not decide about the next post, which the reviewer has not read yet: within this time the
// same key does nothing on another page, and the page says so. Every other key is for the page that is shown.
const TWICE_MILLISECONDS = 500;
const STRUCK_NAME = "kiemtin-struck";

function isStruckTwice(key) {
  const before = JSON.parse(sessionStorage.getItem(STRUCK_NAME) ?? "{}");
  const struck = { key, at: Date.now(), page: window.location.pathname };
  const twice = before.key === key && before.page !== struck.page && struck.at - before.at < TWICE_MILLISECONDS;
  sessionStorage.setItem(STRUCK_NAME, JSON.stringify(struck));
  return twice;
}

function isTyping(target) {
  return target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

// Keys can be changed; the browser remembers by the original key which one was chosen.
const KEYS_NAME = "kiemtin-keys";
const ATTRIBUTES = ["data-key", "data-focus-key"];

function stored(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? {};
  } catch {
    return {};
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing goes on without.
  }
}

let ownKeys = stored(KEYS_NAME);

function keyOf(element, attribute) {
  const original = element.getAttribute(attribute);
  return ownKeys[original] ?? original;
}

function withKey(attribute, key) {
  return [...document.querySelectorAll(`[${attribute}]`)].find((element) => keyOf(element, attribute) === key);
}

function keyed() {
  return ATTRIBUTES.flatMap((attribute) => [...document.querySelectorAll(`[${attribute}]`)].map((element) => [element, attribute]));
}

function showKeys() {
  for (const [element, attribute] of keyed()) {
    const key = keyOf(element, attribute);
    element.setAttribute("aria-keyshortcuts", key);
    const place = element.querySelector("kbd") ?? element.closest("label")?.querySelector("kbd") ?? document.querySelector(`label[for="${element.id}"] kbd`);
    if (place) place.textContent = key.toUpperCase();
  }
}

const dialog = document.getElementById("keys");

function listKeys() {
  const list = dialog.querySelector(".keys-list");
  list.replaceChildren();
  for (const [element, attribute] of keyed()) {
    const original = element.getAttribute(attribute);
    const row = document.createElement("label");
    const text = (element.closest("label") ?? document.querySelector(`label[for="${element.id}"]`) ?? element).cloneNode(true);
    for (const key of text.querySelectorAll("kbd")) key.remove();
    const field = document.createElement("input");
    field.maxLength = 1;
    field.autocomplete = "off";
    field.value = keyOf(element, attribute);
    field.addEventListener("input", () => changeKey(original, field));
    row.append(text.textContent.trim(), field);
    list.append(row);
  }
}

function changeKey(original, field) {
  const key = field.value.toLowerCase();
  const said = dialog.querySelector("[role=status]");
  said.textContent = "";
  if (!key.trim()) return;
  const others = keyed().filter(([element, attribute]) => element.getAttribute(attribute) !== original);
  if (others.some(([element, attribute]) => keyOf(element, attribute) === key)) {
    said.textContent = dialog.dataset.taken;
    return;
  }
  ownKeys = { ...ownKeys, [original]: key };
  store(KEYS_NAME, ownKeys);
  showKeys();
}

if (dialog) {
  const opener = document.querySelector("[data-keys-open]");
  opener.hidden = false;
  opener.addEventListener("click", () => {
    listKeys();
    dialog.showModal();
  });
  dialog.querySelector("[data-keys-close]").addEventListener("click", () => dialog.close());
  dialog.querySelector("[data-keys-reset]").addEventListener("click", () => {
    ownKeys = {};
    store(KEYS_NAME, ownKeys);
    showKeys();
    listKeys();
  });
}
showKeys();

// What is written stays in the browser until it was sent, also when the session ends meanwhile.
const SENT_NAME = "kiemtin-sent";

function draftName(form) {
  return `kiemtin-draft-${document.body.dataset.reviewer}-${form.dataset.draft}`;
}

function fieldsOf(form) {
  return [...form.querySelectorAll("textarea[name], input[name]:not([type=hidden], [type=checkbox], [type=radio], [form])")];
}

const sent = sessionStorage.getItem(SENT_NAME);
if (sent && document.querySelector(".notice.bad, .problem-status") === null && document.body.dataset.reviewer) {
  localStorage.removeItem(sent);
}
sessionStorage.removeItem(SENT_NAME);

for (const form of document.querySelectorAll("form[data-draft]")) {
  const name = draftName(form);
  const kept = stored(name);
  for (const field of fieldsOf(form)) {
    if (kept[field.name] !== undefined && field.value === field.defaultValue) field.value = kept[field.name];
  }
  form.addEventListener("input", () => {
    const written = fieldsOf(form).filter((field) => field.value !== field.defaultValue);
    store(name, Object.fromEntries(written.map((field) => [field.name, field.value])));
  });
  form.addEventListener("submit", () => sessionStorage.setItem(SENT_NAME, name));
}

// Ticking the box for copies opens their list, so that nobody decides about what was not shown.
for (const box of document.querySelectorAll("input[name=copies]")) {
  box.addEventListener("change", () => {
    const list = box.closest("label").nextElementSibling;
    if (list) list.open = box.checked || list.open;
  });
}

function struckTwice() {
  document.querySelector(".struck")?.remove();
  const said = document.createElement("p");
  said.className = "notice struck";
  said.setAttribute("role", "status");
  said.textContent = document.body.dataset.struck;
  return said;
}

document.addEventListener("keydown", (event) => {
  if (isTyping(event.target)) {
    if (event.key === "Escape" && !event.isComposing) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing) return;
  const key = event.key.toLowerCase();
  const field = withKey("data-focus-key", key);
  const button = withKey("data-key", key);
  if (!field && !button) return;
  event.preventDefault();
  if (field) field.focus();
  else if (isStruckTwice(key)) document.querySelector("main").prepend(struckTwice());
  else button.click();
});

// A page about work that goes on shows how far it is.
const reload = document.querySelector("[data-reload-seconds]");
if (reload) setTimeout(() => window.location.reload(), 1000 * Number(reload.dataset.reloadSeconds));

// On a telephone the pages stand in one row that is wider than the window: the present one is in sight.
const present = document.querySelector(".top nav [aria-current]");
if (present) present.parentElement.scrollLeft = present.offsetLeft - present.parentElement.offsetLeft - 24;

const SAID_MILLISECONDS = 500;

// Screen readers speak of what changes in a live region after the page is there; what a new page says already stands in it.
window.addEventListener("load", () => {
  setTimeout(() => {
    for (const said of document.querySelectorAll("main [role=status], main [role=alert]")) said.append("\u00a0");
  }, SAID_MILLISECONDS);
});

// A form is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}

// Coming back with the browser's back button shows the page as it was left.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
});
