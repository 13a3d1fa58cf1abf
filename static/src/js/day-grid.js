// The grid of a day or a week: worked by keys or pointer, live to what others do. Without this script it is a
// table of links, and each contact's page has a form that moves it.

import "../css/day-grid.css";
import { Board } from "./grid/board.js";
import { Move } from "./grid/ghost.js";
import { keepTime, keepUp } from "./grid/live.js";
import { under } from "./grid/matrix.js";

const root = document.querySelector("[data-day-grid]");
const dialog = document.querySelector("[data-grid-dialog]");
const FIELDS = "input, select, textarea, [contenteditable]";
// A pointer that has not gone this far is a click.
const CLICK_PX = 6;
const EDGE_PX = 40;

let board;
let move = null;
// The move that the dialog is about.
let asked = null;
let drag = null;
let busy = false;
let mark = () => {};

// --- asking the server -------------------------------------------------------------------

const token = () => document.querySelector("[name=csrf_token]").value;

async function post(address, body) {
  if (busy) return;
  busy = true;
  root.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(address, {
      method: "POST", body, headers: { "Rettid-Fragment": "1" }, redirect: "manual",
    });
    const text = await answer.text();
    if (text.includes("data-grid-content")) arrived(text);
    else if (text.includes("grid-step")) show(text);
    else failed();
  } catch {
    failed();
  } finally {
    busy = false;
    root.removeAttribute("aria-busy");
  }
}

function failed() {
  endMove();
  board.say("failed");
  root.querySelector("[data-grid-failed]").hidden = false;
}

/** What was asked for is done: the new grid, the focus on it, and what happened in words. */
function arrived(text) {
  endMove();
  if (dialog.open) dialog.close();
  root.querySelector("[data-grid-failed]").hidden = true;
  board.put(text);
  mark();
  const { focus, said } = board.content.dataset;
  const cell = focus && document.getElementById(focus);
  if (cell && board.grid?.at.has(cell)) board.focus(cell);
  if (said) board.tell(said);
}

function show(text) {
  asked = move;
  dialog.innerHTML = text;
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid], [data-module='error-summary']");
  // What may be allowed is read out with the button that allows it, one press away.
  (wrong ?? dialog.querySelector("[data-grid-yes]") ?? dialog.querySelector("h2")).focus();
}

// --- moving ------------------------------------------------------------------------------

function startMove(cell) {
  if (!cell?.dataset.tid || cell.dataset.version === "0") {
    if (cell?.dataset.tid) board.say("fixed");
    return false;
  }
  // In a room's column it is the clinician's time that moves.
  const own = document.getElementById(`a${cell.dataset.tid}`) ?? cell;
  const where = board.grid.at.get(own);
  if (!where) return false;
  board.focus(own);
  move = new Move(board, own, where);
  own.classList.add("e-moving");
  move.show();
  return true;
}

function endMove() {
  if (!move) return;
  move.end();
  document.getElementById(move.id)?.classList.remove("e-moving");
  move = null;
}

function putBack() {
  endMove();
  board.say("back");
}

/** Put the ghost down: the same for the keyboard and the pointer. */
function putDown() {
  if (!move.moved) {
    putBack();
    return;
  }
  const body = new URLSearchParams({
    csrf_token: token(),
    tid: move.tid,
    version: move.version,
    dag: move.head.dataset.dag,
    kl: move.clock,
    hos: move.whose(move.head),
    dato: root.dataset.day,
  });
  if (root.dataset.visning) body.append("visning", root.dataset.visning);
  for (const one of root.dataset.vis?.match(/\d+/g) ?? []) body.append("vis", one);
  post(root.dataset.move, body);
}

function onMoveKey(event) {
  // What was put down is being saved, and can neither go on nor be put back.
  if (busy) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const { key } = event;
  if (event.shiftKey && /^Arrow(Up|Down)$/.test(key)) move.nudge(steps[key][0]);
  else if (key in steps) move.step(...steps[key]);
  else if (key === "PageDown" || key === "PageUp") move.step(key === "PageDown" ? 4 : -4, 0);
  else if (key === "Enter") putDown();
  else if (key === "Escape") putBack();
  else if (key !== "Tab") {
    event.stopPropagation();
    return;
  }
  move?.show();
  event.preventDefault();
}

function onPointerDown(event) {
  const cell = event.target.closest?.("td[data-tid]");
  if (!cell || event.button || event.pointerType === "touch" || move || busy) return;
  drag = { cell, x: event.clientX, y: event.clientY, pointer: event.pointerId };
}

function onPointerMove(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  if (!drag.over) {
    if (Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < CLICK_PX) return;
    const grip = under(board.grid, drag.x, drag.y).row;
    if (!startMove(drag.cell)) {
      drag = null;
      return;
    }
    drag.grip = grip - move.from.row;
    drag.over = true;
    root.setPointerCapture(event.pointerId);
  }
  if (!move) return;
  nudge(event);
  const { row, column } = under(board.grid, event.clientX, event.clientY);
  const { from } = move;
  const back = row - drag.grip === from.row && column === from.column;
  move.to(row - drag.grip, column, back ? from.past : 0);
}

/** Near an edge the grid follows the pointer. */
function nudge({ clientX, clientY }) {
  const box = board.scroll.getBoundingClientRect();
  const by = (at, low, high) => (at > high - EDGE_PX ? 16 : at < low + EDGE_PX ? -16 : 0);
  board.scroll.scrollBy(by(clientX, box.left, box.right), by(clientY, box.top, box.bottom));
}

function onPointerUp(event) {
  if (!drag || event.pointerId !== drag.pointer) return;
  const dragged = drag.over;
  drag = null;
  if (!dragged) return;
  // The click that follows would open the appointment.
  root.addEventListener("click", (click) => click.preventDefault(), { capture: true, once: true });
  window.setTimeout(() => root.click(), 0);
  if (move) putDown();
}

// --- keys and clicks ---------------------------------------------------------------------

/** While something is moved, no key of the page's own leads away from it. */
function onKeyFirst(event) {
  if (!move || event.metaKey || event.altKey || dialog.open) return;
  if (!event.target.closest(FIELDS)) onMoveKey(event);
}

function onKey(event) {
  if (event.defaultPrevented || event.metaKey || event.altKey || dialog.open || move) return;
  if (event.target.closest(FIELDS)) return;
  if (event.key === "u" && !event.ctrlKey) {
    const form = root.querySelector("[data-grid-undo]");
    if (form) form.requestSubmit();
    else board.say("nothing");
    return;
  }
  const cell = event.target.closest("td");
  if (!cell || !board.grid?.at.has(cell)) return;
  if (onCellKey(cell, event)) event.preventDefault();
}

function onCellKey(cell, { key, ctrlKey, repeat }) {
  if (/^(Arrow(Up|Down|Left|Right)|Home|End|PageUp|PageDown)$/.test(key)) {
    board.go(key, ctrlKey);
    return true;
  }
  if (ctrlKey) return false;
  // The Enter that put something down, held too long, opens nothing.
  if (key === "Enter") return repeat || open(cell);
  if (key === "m") {
    startMove(cell);
    return true;
  }
  return false;
}

/** The way to the other view leads on from the column one stands in: to its week, or its day. */
function lead() {
  const head = board.grid?.heads[board.place?.column];
  const link = document.querySelector("[data-views] a:not([aria-current])");
  if (!head || !link) return;
  const to = new URL(link.href);
  if (root.dataset.visning) to.searchParams.set("dato", head.dataset.dag);
  else to.searchParams.set("hos", head.dataset.hos);
  link.href = to.href;
}

/** What a cell opens: what stands in it, or on a free one the booking of that time. */
function open(cell) {
  const link = cell.querySelector("a");
  if (link) {
    window.location.assign(link.href);
    return true;
  }
  if (!cell.classList.contains("f")) return false;
  const { row, column } = board.place;
  const { hos, dag, kind } = board.grid.heads[column].dataset;
  if (kind !== "clinician") {
    board.say("room");
    return true;
  }
  const query = new URLSearchParams({ dato: dag, kl: board.grid.rows[row].dataset.kl, hos });
  if (root.dataset.visning) query.set("visning", root.dataset.visning);
  window.location.assign(`${root.dataset.book}?${query}`);
  return true;
}

function onSubmit(event) {
  const form = event.target;
  if (!form.matches("[data-grid-undo], [data-grid-move]")) return;
  event.preventDefault();
  post(form.getAttribute("action"), new URLSearchParams(new FormData(form)));
}

// --- what others do ----------------------------------------------------------------------

/** Put in a part that others have changed, unless text in the grid is being marked just now. */
function take(text) {
  const marked = window.getSelection();
  if (!marked.isCollapsed && board.part.contains(marked.anchorNode)) return;
  if (busy || !text.includes("data-grid-content")) return;
  const anchors = move?.anchors;
  board.put(text);
  mark();
  if (!move) {
    board.say("updated");
    return;
  }
  const own = document.getElementById(move.id);
  const same = own?.dataset.version === move.version && board.grid?.at.has(own);
  if (same && move.stand(anchors)) own.classList.add("e-moving");
  else {
    endMove();
    board.say("changed");
  }
}

function away(gone) {
  const line = root.querySelector("[data-grid-away]");
  if (gone === !line.hidden) return;
  line.hidden = !gone;
  if (gone) board.tell(line.textContent.trim());
}

if (root && dialog?.showModal) {
  board = new Board(root);
  board.begin();
  mark = keepTime({
    zone: root.dataset.zone,
    offset: Date.parse(root.dataset.now) - Date.now(),
    grid: () => board.grid,
  });
  mark();
  document.addEventListener("keydown", onKeyFirst, { capture: true });
  document.addEventListener("keydown", onKey);
  root.addEventListener("focusin", ({ target }) => {
    const cell = target.closest("td");
    if (!cell || !board.grid?.at.has(cell)) return;
    board.settle(cell);
    lead();
  });
  root.addEventListener("mousedown", ({ target }) => {
    const cell = target.closest("td");
    if (cell && board.grid?.at.has(cell)) window.setTimeout(() => board.focus(cell), 0);
  });
  root.addEventListener("dblclick", ({ target }) => {
    const cell = target.closest("td.f");
    if (cell) open(cell);
  });
  root.addEventListener("dragstart", (event) => event.preventDefault());
  root.addEventListener("pointerdown", onPointerDown);
  root.addEventListener("pointermove", onPointerMove);
  root.addEventListener("pointerup", onPointerUp);
  root.addEventListener("pointercancel", () => { drag = null; if (move) putBack(); });
  [root, dialog].forEach((place) => place.addEventListener("submit", onSubmit));
  dialog.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  // A key held down too long says yes to nothing.
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.repeat) event.preventDefault();
  });
  dialog.addEventListener("cancel", () => { if (move) putBack(); });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    // It comes a little later than the dialog goes: the next move may have begun.
    if (move && move === asked) putBack();
    if (!move) board.cell?.focus();
  });
  // The list of columns lies over the grid: Esc puts it away.
  const whose = document.querySelector(".grid-whose");
  whose?.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !whose.open) return;
    whose.open = false;
    whose.querySelector("summary").focus();
  });
  keepUp({
    address: root.dataset.part,
    get: () => board.content.dataset.stamp,
    take,
    away,
  });
  const wanted = document.getElementById(window.location.hash.slice(1));
  if (wanted && board.grid?.at.has(wanted)) board.focus(wanted);
}
