// The grid of decision tables: one cell at a time by keyboard, forms over the grid instead of on
// pages of their own, and the grid made anew by the server after every edit.
//
// A link with data-open is a form of one step; a form with data-save changes the draft; one with
// data-go leads from one step to the next. Without this script each of them is a plain page.

import "../css/rule-grid.css";

const grid = document.querySelector("[data-rule-grid]");
const dialog = document.querySelector("[data-rule-dialog]");
const said = document.querySelector("[data-rule-said]");

// The part of an address that means: where the table begins.
const START = "start";

let opener = "";
let busy = false;

const content = () => grid.querySelector("[data-rule-content]");
const cells = () => [...grid.querySelectorAll("[data-cell]")];

// --- asking the server -------------------------------------------------------------------

async function ask(address, options = {}) {
  const headers = { "Rettid-Fragment": "1", "Rettid-Edition": content().dataset.edition };
  const answer = await fetch(address, { headers, redirect: "follow", ...options });
  const text = await answer.text();
  // A sign-in page, an error page, or anything else that is a page of its own, is shown as one.
  if (/^\s*<!doctype/i.test(text)) {
    if (answer.ok) window.location.assign(answer.url);
    else show(failure());
    return null;
  }
  return text;
}

function failure() {
  const heading = document.createElement("h2");
  heading.id = "step-heading";
  heading.tabIndex = -1;
  heading.textContent = grid.dataset.failed;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button button-secondary";
  close.dataset.close = "";
  close.textContent = "OK";
  return [heading, close];
}

async function once(work) {
  if (busy) return;
  busy = true;
  grid.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch {
    show(failure());
  } finally {
    busy = false;
    grid.removeAttribute("aria-busy");
  }
}

const open = (address) => once(async () => {
  const text = await ask(address);
  if (text !== null) show(text);
});

const send = (form) => once(async () => {
  const address = form.getAttribute("action");
  const text = await ask(address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (text === null) return;
  if (text.includes("data-rule-content")) renew(text);
  else show(text);
});

// --- what the server answered ------------------------------------------------------------

function show(part) {
  if (typeof part === "string") dialog.innerHTML = part;
  else dialog.replaceChildren(...part);
  if (!dialog.open) dialog.showModal();
  dialog.querySelectorAll("form").forEach(showWhatIsMeant);
  const field = first();
  field?.focus();
  if (field?.matches("input:not([type=radio], [type=checkbox])")) field.select?.();
  // What was typed on the cell is already there: go on typing after it.
  if (field?.form?.dataset.first && field.form.hasAttribute("data-typed")) {
    field.setSelectionRange(field.value.length, field.value.length);
  }
}

function first() {
  const summary = dialog.querySelector("[data-module='error-summary']");
  const wrong = dialog.querySelector("[aria-invalid]");
  if (wrong || summary) return wrong ?? summary;
  const wanted = dialog.querySelector("[data-first]")?.dataset.first;
  const fields = "input:not([type=hidden]), select, textarea";
  const visible = [...dialog.querySelectorAll(fields)].filter((one) => !one.closest("[hidden]"));
  const chosen = visible.find((one) => one.type === "radio" && one.checked);
  const named = wanted && dialog.querySelector(`#${CSS.escape(wanted)}`);
  return named ?? chosen ?? visible[0] ?? dialog.querySelector("button, a");
}

function renew(text) {
  grid.innerHTML = text;
  opener = "";
  if (dialog.open) dialog.close();
  const { focus, said: words } = content().dataset;
  said.textContent = "";
  window.setTimeout(() => { said.textContent = words; }, 50);
  settle();
  (focus && document.getElementById(focus) || start())?.focus();
}

/** A number's form shows the fields that what was chosen needs. */
function showWhatIsMeant(form) {
  const how = form.elements.how;
  if (!how || how.tagName !== "SELECT") return;
  form.querySelectorAll("[data-when]").forEach((part) => {
    part.hidden = !part.dataset.when.split(" ").includes(how.value);
  });
}

/** Where work begins on a table: its first cell, or what makes it one. */
function start() {
  const all = cells();
  return all.find(({ id }) => id === "c1-0") ?? all[0] ?? grid.querySelector(".rule-actions a")
    ?? grid.querySelector(".tab-container [aria-current]");
}

// --- the grid ----------------------------------------------------------------------------

/** One cell can be reached by Tab; the arrows move from there. */
function settle(current = null) {
  const table = grid.querySelector("[data-rule-table]");
  if (!table) return;
  table.setAttribute("role", "grid");
  const all = cells();
  const chosen = current ?? all.find((one) => one.id === "c1-0") ?? all[0];
  all.forEach((one) => { one.tabIndex = one === chosen ? 0 : -1; });
}

function rowsOfCells() {
  return [...grid.querySelectorAll("[data-rule-row]")]
    .map((row) => [...row.children].map((one) => one.querySelector("[data-cell]")))
    .filter((row) => row.some(Boolean));
}

function move(from, down, right) {
  const rows = rowsOfCells();
  // The headings' row has no cell before the first column.
  rows.forEach((row) => { if (row.length < rows.at(-1).length) row.unshift(null); });
  let row = rows.findIndex((one) => one.includes(from));
  let column = rows[row].indexOf(from);
  do {
    row += down;
    column += right;
    const found = rows[row]?.[column];
    if (found) return found.focus();
  } while (rows[row] && column >= 0 && column < rows[row].length);
}

const MOVES = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
};
// A sign typed on a number's cell is the beginning of what it must be.
const SIGNS = { ">": "above", "<": "below", "=": "equal" };
// And '=' after it makes them ≥ and ≤.
const OR_EQUAL = { above: "at_least", below: "at_most" };

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.target.closest("input, select, textarea")) return;
  const cell = event.target.closest("[data-cell]");
  const done = shortcut(cell, event) || (!event.altKey && anywhere(cell, event.key));
  if (done) event.preventDefault();
}

/** What can be pressed wherever in the grid's part of the page one is. */
function anywhere(cell, key) {
  if (key === "n" || key === "Insert") return newRow(cell?.closest("[data-row]")?.dataset.row);
  if (key === "o") return press(document.getElementById("new-column"));
  if (key === "z") return press(document.getElementById("undo"));
  if (key === "PageDown" || key === "PageUp") return turn(key === "PageDown" ? 1 : -1);
  return false;
}

/** To the next table, or the one before. */
function turn(by) {
  const tabs = [...grid.querySelectorAll(".tab-container a")];
  const here = tabs.findIndex((one) => one.hasAttribute("aria-current"));
  const next = tabs[here + by];
  if (next) window.location.assign(`${next.href}#${START}`);
  return Boolean(next);
}

function shortcut(cell, { key, altKey }) {
  if (!cell) return false;
  const row = cell.closest("[data-row]")?.dataset.row;
  if (altKey) {
    const act = { ArrowUp: "up", ArrowDown: "down" }[key];
    return act && row ? actOn(row, act) : false;
  }
  if (key in MOVES) {
    move(cell, ...MOVES[key]);
    return true;
  }
  if (key === "Home" || key === "End") {
    const all = [...cell.closest("tr").querySelectorAll("[data-cell]")];
    all.at(key === "Home" ? 0 : -1).focus();
    return true;
  }
  if (key === "F2") return press(cell);
  if (key === "k" && row) return actOn(row, "copy");
  if (key === "Delete" && row) return actOn(row, "remove");
  if (cell.dataset.cell === "number" && (key in SIGNS || /^[0-9]$/.test(key))) {
    return typedOn(cell, key);
  }
  return false;
}

function press(element) {
  element?.click();
  return Boolean(element);
}

function typedOn(cell, key) {
  const address = new URL(cell.href);
  address.searchParams.set("how", SIGNS[key] ?? "equal");
  address.searchParams.set("low", key in SIGNS ? "" : key);
  opener = cell.id;
  open(address);
  return true;
}

function actOn(row, act) {
  const form = grid.querySelector("[data-row-act]");
  form.elements.raekke.value = row;
  form.elements.act.value = act;
  send(form);
  return true;
}

function newRow(row) {
  const form = grid.querySelector("[data-new-row]");
  if (!form) return false;
  form.elements.raekke.value = row ?? "";
  send(form);
  return true;
}

// --- what the user does ------------------------------------------------------------------

function onClick(event) {
  const link = event.target.closest("a, button");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (link.matches("[data-open]")) {
    event.preventDefault();
    opener = link.id;
    open(link.href);
  } else if (link.matches("[data-close]")) {
    event.preventDefault();
    dialog.close();
  } else if (link.matches("[data-goto]")) {
    event.preventDefault();
    document.getElementById(link.getAttribute("href").slice(1))?.focus();
  }
}

function onSubmit(event) {
  const form = event.target;
  if (form.matches("[data-save]")) {
    event.preventDefault();
    send(form);
  } else if (form.matches("[data-go]")) {
    event.preventDefault();
    open(`${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`);
  }
}

if (grid && dialog?.showModal) {
  grid.addEventListener("keydown", onKey);
  grid.addEventListener("focusin", (event) => {
    const cell = event.target.closest("[data-cell]");
    if (cell) settle(cell);
  });
  [grid, dialog].forEach((place) => {
    place.addEventListener("click", onClick);
    place.addEventListener("submit", onSubmit);
  });
  dialog.addEventListener("change", (event) => {
    if (event.target.form) showWhatIsMeant(event.target.form);
  });
  dialog.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (key === "Enter" && target.matches("select")) {
      // It sends the form, as it does in every other field.
      event.preventDefault();
      target.form.requestSubmit();
    } else if (key === "=" && target.id === "field-low" && !target.value) {
      event.preventDefault();
      const { how } = target.form.elements;
      how.value = OR_EQUAL[how.value] ?? how.value;
    }
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (opener) (document.getElementById(opener) ?? start())?.focus();
  });
  settle();
  // The keys work from the grid's part of the page, so work begins there. Where the address names
  // no place, the page stays at its top.
  const wanted = document.getElementById(window.location.hash.slice(1));
  if (wanted) wanted.focus();
  else start()?.focus({ preventScroll: !window.location.hash });
}
