// Moving: a ghost of the appointment stands where it would be put. The keyboard and the pointer
// only say where; what is said, checked and sent is the same.

const QUARTER = 15;
const STEP = 5;

export class Move {
  /** cell: the appointment's. where: {row, column} of it. */
  constructor(board, cell, where) {
    this.board = board;
    this.id = cell.id;
    this.tid = cell.dataset.tid;
    this.version = cell.dataset.version;
    this.name = cell.querySelector("a").textContent.replace(/^\S+\s/, "");
    this.rows = cell.rowSpan;
    this.of = cell.dataset.behandler ?? board.grid.heads[where.column].dataset.hos;
    this.from = { ...this.placeOf(cell, where), column: where.column };
    this.at = { ...this.from };
    this.fitting = null;
    this.every = STEP;
    this.offGrid = "";
    this.ghost = document.createElement("div");
    this.ghost.className = "grid-ghost";
    this.ghost.setAttribute("aria-hidden", "true");
    this.look();
    this.learn();
    board.say("moving", { name: this.name });
  }

  /** Ask where on this day it fits; until that is known nothing is claimed. */
  async learn() {
    const days = this.board.grid.heads.map((head) => head.dataset.dag);
    const query = new URLSearchParams({ tid: this.tid, dato: days[0], til: days.at(-1) });
    try {
      const answer = await fetch(`${this.board.root.dataset.places}?${query}`, {
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return;
      const { places, every, off_grid: offGrid } = await answer.json();
      Object.assign(this, { fitting: places, every, offGrid });
    } catch {
      return; // Putting it down asks again.
    }
    if (this.over) return;
    this.look();
    if (this.moved) this.tell();
  }

  /** The row an appointment begins in, and how many minutes into it. */
  placeOf(cell, { row }) {
    const { rows } = this.board.grid;
    const { kl } = cell.dataset;
    if (!kl) return { row, past: 0 };
    let first = row;
    while (rows[first + 1] && rows[first + 1].dataset.kl <= kl) first += 1;
    return { row: first, past: Number(kl.slice(3)) % QUARTER };
  }

  get moved() {
    const { row, column, past } = this.at;
    return row !== this.from.row || column !== this.from.column || past !== this.from.past;
  }

  get head() {
    return this.board.grid.heads[this.at.column];
  }

  get clock() {
    return this.pastRow(this.board.grid.rows[this.at.row].dataset.kl);
  }

  /** The same as the page writes it. */
  get time() {
    return this.pastRow(this.board.grid.rows[this.at.row].cells[0].textContent);
  }

  pastRow(clock) {
    const minute = Number(clock.slice(-2)) + this.at.past;
    return `${clock.slice(0, -2)}${String(minute).padStart(2, "0")}`;
  }

  get fits() {
    return this.fitting?.[this.head.dataset.dag]?.[this.whose(this.head)]?.includes(this.clock);
  }

  /** Whose it becomes in a column: in a room's it stays with the same clinician. */
  whose(head) {
    return head.dataset.kind === "clinician" ? head.dataset.hos : this.of;
  }

  may(column) {
    const { heads } = this.board.grid;
    const head = heads[column];
    // Whoever stands beside the plan goes up and down there, too; put down, they are in the plan.
    if (column === this.from.column) return true;
    if (!head || "extra" in head.dataset) return false;
    return head.dataset.kind === "clinician"
      || head.dataset.hos === heads[this.from.column].dataset.hos;
  }

  step(down, right) {
    let { row, column } = this.at;
    // Up from between two quarters is to the one it lies in.
    row += down < 0 && this.at.past ? 0 : down;
    do column += right; while (right && this.board.grid.heads[column] && !this.may(column));
    this.to(row, column, right ? this.at.past : 0);
  }

  /** Five minutes up or down. */
  nudge(down) {
    const past = this.at.past + STEP * down;
    const over = past < 0 ? -1 : past >= QUARTER ? 1 : 0;
    if (!this.board.grid.rows[this.at.row + over]) return;
    this.to(this.at.row + over, this.at.column, past - over * QUARTER);
  }

  to(row, column, past = 0) {
    const inside = Math.max(0, Math.min(row, this.board.grid.rows.length - 1));
    const same = inside === this.at.row && column === this.at.column && past === this.at.past;
    if (!this.may(column) || same) return;
    this.at = { row: inside, column, past };
    this.look();
    this.tell();
  }

  tell() {
    const words = { time: this.time, who: this.head.textContent };
    if (!this.fitting || !this.moved) this.board.say("place", words);
    else if (this.fits) this.board.say("fits", words);
    else this.board.say("not", { ...words, what: `${this.offTick} ${this.inTheWay()}`.trim() });
  }

  /** Why it cannot begin at this minute, whoever is free; '' where it can. */
  get offTick() {
    return Number(this.clock.slice(-2)) % this.every ? this.offGrid : "";
  }

  /** What stands where it would be put, in the cell's own words; beside the plan, in the plan. */
  inTheWay() {
    const { heads, places } = this.board.grid;
    const { hos, dag } = this.head.dataset;
    const column = heads.findIndex((one) => one.dataset.hos === hos && one.dataset.dag === dag);
    for (let row = this.at.row; row < this.at.row + this.rows; row += 1) {
      const cell = places[row]?.[column];
      if (cell && !cell.classList.contains("f") && cell.dataset.tid !== this.tid) {
        return `${(cell.querySelector("a") ?? cell).textContent.trim()}.`;
      }
    }
    return "";
  }

  /** Draw the ghost where it is. */
  look() {
    const { scroll, grid } = this.board;
    if (!this.ghost.isConnected) scroll.append(this.ghost);
    const last = grid.rows[Math.min(this.at.row + this.rows, grid.rows.length) - 1];
    const frame = scroll.getBoundingClientRect();
    const row = grid.rows[this.at.row].getBoundingClientRect();
    const top = row.top + (row.height * this.at.past) / QUARTER;
    const box = this.head.getBoundingClientRect();
    Object.assign(this.ghost.style, {
      left: `${box.left - frame.left + scroll.scrollLeft}px`,
      top: `${top - frame.top + scroll.scrollTop}px`,
      width: `${box.width}px`,
      height: `${last.getBoundingClientRect().bottom - top}px`,
    });
    const mark = !this.fitting || !this.moved ? "" : this.fits ? "✓ " : "✕ ";
    const why = mark === "✕ " && this.offTick;
    this.ghost.textContent = `${mark}${this.time} ${this.name}${why ? `. ${why}` : ""}`;
    this.ghost.classList.toggle("grid-ghost--not", mark === "✕ ");
  }

  /** Where it is and came from, in words that stand when rows and columns come and go. */
  get anchors() {
    const { rows, heads } = this.board.grid;
    return [this.at, this.from].map(({ row, column, past }) => {
      const { hos, dag, extra } = heads[column].dataset;
      return { kl: rows[row].dataset.kl, hos, dag, extra, past };
    });
  }

  /** Stand at the same places in a grid that may have others beside them; false if one is gone. */
  stand(anchors) {
    const { rows, heads } = this.board.grid;
    const [at, from] = anchors.map(({ kl, hos, dag, extra, past }) => ({
      row: rows.findIndex((one) => one.dataset.kl === kl),
      column: heads.findIndex(({ dataset }) => (
        dataset.hos === hos && dataset.dag === dag && dataset.extra === extra
      )),
      past,
    }));
    if ([at.row, at.column, from.row, from.column].includes(-1)) return false;
    Object.assign(this, { at, from });
    this.look();
    this.learn();
    return true;
  }

  /** Keep the ghost in sight. */
  show() {
    this.ghost.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  end() {
    this.over = true;
    this.ghost.remove();
  }
}
