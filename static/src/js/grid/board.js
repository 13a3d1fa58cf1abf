// The grid on the page: one cell can be reached by Tab, the rest by arrows; and the part of the
// page that changes is put in row by row, so that whatever did not change is left alone.

import { next, readTable } from "./matrix.js";

const HOUR = 4;

export class Board {
  constructor(root) {
    this.root = root;
    this.part = root.querySelector("[data-grid-part]");
    this.said = root.querySelector("[data-grid-said]");
    this.place = null;
    this.read();
  }

  get content() {
    return this.part.querySelector("[data-grid-content]");
  }

  get table() {
    return this.part.querySelector("table.day-grid");
  }

  get scroll() {
    return this.part.querySelector("[data-grid-scroll]");
  }

  get cell() {
    return this.place && this.grid?.places[this.place.row]?.[this.place.column];
  }

  /** Learn the table anew. */
  read() {
    this.grid = this.table ? readTable(this.table) : null;
    this.served = this.grid ? this.grid.rows.map((row) => row.outerHTML) : [];
    this.table?.querySelectorAll("td a").forEach((link) => { link.tabIndex = -1; });
  }

  say(key, words = {}) {
    const text = (this.root.dataset[`say${key[0].toUpperCase()}${key.slice(1)}`] ?? key)
      .replace(/\{(\w+)\}/g, (whole, name) => words[name] ?? whole);
    this.tell(text.trim());
  }

  /** A text said twice is said twice. */
  tell(text) {
    this.said.textContent = this.said.textContent === text ? `${text}\u00a0` : text;
  }

  // --- the focus ---------------------------------------------------------------------------

  /** Let this cell be the one that can be reached by Tab. */
  settle(cell, place = null) {
    const spot = this.grid.at.get(cell);
    if (!spot) return;
    const old = this.cell;
    if (old && old !== cell) old.tabIndex = -1;
    const kept = place ?? this.place;
    const within = kept && kept.row >= spot.row && kept.row < spot.row + spot.rows;
    this.place = { row: within ? kept.row : spot.row, column: spot.column };
    cell.tabIndex = 0;
  }

  focus(cell, place = null, options = {}) {
    this.settle(cell, place);
    cell.focus(options);
  }

  /** The first cell to work from: that of the day one looks at, from now on if it is today's. */
  begin() {
    if (!this.grid) return;
    const now = this.grid.rows.findIndex((row) => row.classList.contains("now"));
    const row = Math.max(now, 0);
    const { day } = this.root.dataset;
    const column = Math.max(0, this.grid.heads.findIndex((head) => head.dataset.dag === day));
    const those = this.grid.places[row] ?? [];
    const first = those.slice(column).find((cell) => !cell.classList.contains("n"));
    if (first) this.settle(first, { row, column });
  }

  go(key, whole) {
    const { places } = this.grid;
    const { row, column } = this.place;
    const last = { row: places.length - 1, column: places[0].length - 1 };
    const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (key in steps) return this.take(next(this.grid, this.place, ...steps[key]));
    if (key === "Home") return this.jump(whole ? 0 : row, 0, 1);
    if (key === "End") return this.jump(whole ? last.row : row, last.column, -1);
    const by = key === "PageDown" ? HOUR : -HOUR;
    return this.jump(Math.max(0, Math.min(last.row, row + by)), column, 0);
  }

  /** To a place, or the nearest in its row that can have the focus. */
  jump(row, column, by) {
    const { places } = this.grid;
    let at = column;
    while (by && places[row][at]?.classList.contains("n")) at += by;
    const cell = places[row][at];
    if (cell && !cell.classList.contains("n")) this.take({ cell, row, column: at });
  }

  take(found) {
    if (found) this.focus(found.cell, { row: found.row, column: found.column });
  }

  // --- a new part --------------------------------------------------------------------------

  /** Put in what the server answered; the focus and what is in sight stay where they were. */
  put(text) {
    const held = this.cell;
    const focused = held && held.contains(document.activeElement);
    const id = held?.id;
    const corner = this.scroll && [this.scroll.scrollLeft, this.scroll.scrollTop];
    const fresh = document.createElement("template");
    fresh.innerHTML = text;
    const table = fresh.content.querySelector("table.day-grid");
    if (this.table && table && this.sameShape(table)) this.putRows(fresh.content, table);
    else {
      this.part.replaceChildren(fresh.content);
      this.read();
      if (corner && this.scroll) [this.scroll.scrollLeft, this.scroll.scrollTop] = corner;
    }
    if (!this.grid) return;
    const cell = (id && document.getElementById(id)) || this.cell;
    if (!cell || cell.classList.contains("n")) this.begin();
    else this.settle(cell);
    if (focused && document.activeElement !== this.cell) this.cell?.focus({ preventScroll: true });
  }

  sameShape(table) {
    return table.tHead.outerHTML === this.table.tHead.outerHTML
      && table.tBodies[0].rows.length === this.grid.rows.length;
  }

  putRows(fresh, table) {
    const rows = [...table.tBodies[0].rows];
    const sent = rows.map((row) => row.outerHTML);
    rows.forEach((row, number) => {
      if (sent[number] !== this.served[number]) this.grid.rows[number].replaceWith(row);
    });
    const content = fresh.querySelector("[data-grid-content]");
    const kept = this.scroll;
    Object.assign(this.content.dataset, content.dataset);
    [...this.content.children].forEach((one) => { if (one !== kept) one.remove(); });
    let after = false;
    for (const one of [...content.children]) {
      if (one.matches("[data-grid-scroll]")) after = true;
      else if (after) kept.after(one);
      else kept.before(one);
    }
    this.grid = readTable(this.table);
    this.served = sent;
    this.table.querySelectorAll("td a").forEach((link) => { link.tabIndex = -1; });
  }
}
