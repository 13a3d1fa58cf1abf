// Moving: a ghost of the appointment stands where it would be put. The keyboard and the pointer
// only say where; what is said, checked and sent is the same.

export class Move {
  /** cell: the appointment's. where: {row, column} it may be moved from. */
  constructor(board, cell, where) {
    this.board = board;
    this.id = cell.id;
    this.tid = cell.dataset.tid;
    this.version = cell.dataset.version;
    this.name = cell.querySelector("a").textContent.replace(/^\S+\s/, "");
    this.rows = cell.rowSpan;
    this.from = { row: where.row, column: where.column };
    this.at = { ...this.from };
    this.fitting = null;
    this.ghost = document.createElement("div");
    this.ghost.className = "grid-ghost";
    this.ghost.setAttribute("aria-hidden", "true");
    this.look();
    this.learn();
    board.say("moving", { name: this.name });
  }

  /** Ask where on this day it fits; until that is known nothing is claimed. */
  async learn() {
    const query = new URLSearchParams({ tid: this.tid, dato: this.board.root.dataset.day });
    try {
      const answer = await fetch(`${this.board.root.dataset.places}?${query}`, {
        headers: { Accept: "application/json" },
      });
      if (!answer.ok) return;
      this.fitting = await answer.json();
    } catch {
      return; // Putting it down asks again.
    }
    if (this.over) return;
    this.look();
    if (this.moved) this.tell();
  }

  get moved() {
    return this.at.row !== this.from.row || this.at.column !== this.from.column;
  }

  get head() {
    return this.board.grid.heads[this.at.column];
  }

  get clock() {
    return this.board.grid.rows[this.at.row].dataset.kl;
  }

  get fits() {
    return this.fitting?.[this.head.dataset.hos]?.includes(this.clock);
  }

  may(column) {
    const head = this.board.grid.heads[column];
    return head?.dataset.kind === "clinician" && !("extra" in head.dataset);
  }

  step(down, right) {
    let { row, column } = this.at;
    row += down;
    do column += right; while (right && this.board.grid.heads[column] && !this.may(column));
    this.to(row, column);
  }

  to(row, column) {
    const inside = Math.max(0, Math.min(row, this.board.grid.rows.length - 1));
    if (!this.may(column) || (inside === this.at.row && column === this.at.column)) return;
    this.at = { row: inside, column };
    this.look();
    this.tell();
  }

  tell() {
    const time = this.board.grid.rows[this.at.row].cells[0].textContent;
    const words = { time, who: this.head.textContent };
    if (!this.fitting || !this.moved) this.board.say("place", words);
    else if (this.fits) this.board.say("fits", words);
    else this.board.say("not", { ...words, what: this.inTheWay() });
  }

  /** What stands where it would be put, in the cell's own words. */
  inTheWay() {
    const { places } = this.board.grid;
    for (let row = this.at.row; row < this.at.row + this.rows; row += 1) {
      const cell = places[row]?.[this.at.column];
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
    const top = grid.rows[this.at.row].getBoundingClientRect().top;
    const box = this.head.getBoundingClientRect();
    Object.assign(this.ghost.style, {
      left: `${box.left - frame.left + scroll.scrollLeft}px`,
      top: `${top - frame.top + scroll.scrollTop}px`,
      width: `${box.width}px`,
      height: `${last.getBoundingClientRect().bottom - top}px`,
    });
    const mark = !this.fitting || !this.moved ? "" : this.fits ? "✓ " : "✕ ";
    const time = grid.rows[this.at.row].cells[0].textContent;
    this.ghost.textContent = `${mark}${time} ${this.name}`;
    this.ghost.classList.toggle("grid-ghost--not", mark === "✕ ");
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
