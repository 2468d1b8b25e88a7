"use strict";
// Elements, and how values are shown. Data becomes text, never markup.

const one = selector => document.querySelector(selector);

/// Characters that would hide, or turn around, what stands beside them are shown as what they are.
function visible(value) {
  return String(value).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    character => "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0"));
}

const namespaces = { svg: "http://www.w3.org/2000/svg" };

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "on") for (const [event, act] of Object.entries(value)) element.addEventListener(event, act);
    else element.setAttribute(name, value === true ? "" : name === "title" ? visible(value) : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : visible(child));
  }
  return element;
}

/// An HTML element: attributes, `on` for events, and children, which are elements or text.
function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(namespaces.svg, tag), attributes, children);
}

/// A value that may be written from right to left, kept apart from what surrounds it.
const bdi = (value, attributes = {}) => make("bdi", attributes, value);

/// Whether a code is that of a failed transfer: the message tells it in words.
const isTransferCode = code => Boolean(code?.startsWith("curl-"));

function outcomeBadge(outcome, settled) {
  return make("span", { class: "badge o-" + (outcomes.includes(outcome) ? outcome : "open"), title: outcome },
    make("i", { "aria-hidden": "true" }), outcomeWord(outcome),
    settled && make("small", {}, settled === "done" ? " · " + t("done") : " · " + t("not_done")));
}

const locale = () => language === "zh" ? "zh-CN" : "en-GB";

const formats = new Map();
function format(kind, options) {
  const key = locale() + kind;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(locale(), { hourCycle: "h23", ...options }));
  return formats.get(key);
}

/// A time of the API for people, in the browser's zone.
function exactTime(text) {
  const date = new Date(text);
  if (isNaN(date)) return text;
  return format("exact", { year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit",
    second: "2-digit", fractionalSecondDigits: 3 }).format(date);
}

function shortTime(text) {
  const date = new Date(text);
  if (isNaN(date)) return text;
  return format("short", { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit",
    fractionalSecondDigits: 3 }).format(date);
}

const timeElement = (text, show = shortTime) =>
  make("time", { datetime: text, title: exactTime(text) + " · " + text }, show(text));

const number = value => new Intl.NumberFormat(locale()).format(value);

const percent = (part, whole) => whole
  ? new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: part && part < whole / 1000 ? 2 : 1 })
    .format(part / whole)
  : "0%";

/// Milliseconds for people.
function span(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return "";
  const digits = (value, count) => new Intl.NumberFormat(locale(), { maximumFractionDigits: count }).format(value);
  if (milliseconds < 10) return digits(milliseconds, 2) + " ms";
  if (milliseconds < 1000) return digits(milliseconds, 0) + " ms";
  if (milliseconds < 60000) return digits(milliseconds / 1000, 2) + " s";
  return digits(milliseconds / 60000, 1) + " min";
}

/// Copies a text; the button says so for a moment.
async function copyText(text, button) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Over plain HTTP there is no clipboard: a selection can still be copied.
    const field = make("textarea", { class: "apart", readonly: true });
    field.value = text;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
    button.focus();
  }
  button.textContent = t("copied");
  setTimeout(() => { button.textContent = t("copy"); }, 1500);
}
