// The search box of the staff's frame: rows appear while one types. A combobox with a grid under
// it: up and down choose a patient, right leads to what can be done for them. Without scripts the
// form leads to the search page.
//
// Enter never acts on rows that belong to what was typed earlier: it waits for those of now.

const PAUSE_MS = 180;
const SHORTEST = 2;

class Finder {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input[type=search]");
    this.popup = form.querySelector(".finder__found");
    this.said = form.querySelector("[data-finder-said]");
    this.row = -1;
    this.column = 0;
    this.shown = "";
    this.timer = 0;
    this.asking = null;
    this.entered = null;
    this.begin();
  }

  begin() {
    const { input, popup } = this;
    popup.setAttribute("role", "grid");
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-haspopup", "grid");
    input.setAttribute("aria-controls", popup.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("focus", () => { if (this.rows.length && this.current) this.open(); });
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.close();
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.clear(); });
  }

  get text() { return this.input.value.trim(); }
  get current() { return this.text === this.shown; }
  get rows() {
    return [...this.popup.querySelectorAll(".finder__row")]
      .map((row) => [...row.querySelectorAll("[role=gridcell]")]);
  }
  get isOpen() { return !this.popup.hidden; }

  typed() {
    this.entered = null;
    window.clearTimeout(this.timer);
    this.asking?.abort();
    if (this.text.length < SHORTEST) {
      this.popup.replaceChildren();
      this.shown = "";
      this.close();
      return;
    }
    this.timer = window.setTimeout(() => this.look(), PAUSE_MS);
  }

  async look() {
    window.clearTimeout(this.timer);
    this.timer = 0;
    const text = this.text;
    const asking = new AbortController();
    this.asking = asking;
    try {
      const answer = await fetch(this.form.dataset.finder, {
        method: "POST", body: new URLSearchParams(new FormData(this.form)), signal: asking.signal,
      });
      const part = await answer.text();
      // Someone who was signed out in the meantime is led to sign in.
      if (/^\s*<!doctype/i.test(part)) {
        if (answer.ok) window.location.assign(answer.url);
        else throw new Error(String(answer.status));
        return;
      }
      if (asking.signal.aborted || text !== this.text) return;
      this.show(part, text);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.said.textContent = this.form.dataset.failed;
    } finally {
      if (this.asking === asking) this.asking = null;
    }
  }

  show(part, text) {
    this.popup.innerHTML = part;
    this.shown = text;
    this.said.textContent = this.popup.querySelector("[data-said]").dataset.said;
    this.open();
    this.choose(this.rows.length ? 0 : -1, 0);
    const { entered } = this;
    this.entered = null;
    // Enter pressed before the rows were there: one patient is meant, of several none is.
    if (entered && this.rows.length === 1) this.go(entered.column);
    else if (entered && !this.rows.length) this.form.submit();
  }

  open() {
    this.popup.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  close() {
    this.popup.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  clear() {
    this.input.value = "";
    this.popup.replaceChildren();
    this.shown = "";
    this.close();
  }

  choose(row, column) {
    const { rows } = this;
    rows.flat().forEach((cell) => cell.setAttribute("aria-selected", "false"));
    this.row = row;
    this.column = Math.max(0, Math.min(column, (rows[row]?.length ?? 1) - 1));
    const cell = rows[row]?.[this.column];
    if (!cell) {
      this.input.removeAttribute("aria-activedescendant");
      return;
    }
    cell.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", cell.id);
  }

  go(column) {
    const cells = this.rows[this.row];
    const link = cells?.[Math.min(column, cells.length - 1)]?.querySelector("a");
    if (link) window.location.assign(link.href);
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    if (this[event.key]?.(event)) event.preventDefault();
  }

  ArrowDown() { return this.step(1); }
  ArrowUp() { return this.step(-1); }

  step(by) {
    const count = this.rows.length;
    if (!count || !this.current) return false;
    if (!this.isOpen) this.open();
    this.choose((this.row + by + count) % count, 0);
    return true;
  }

  ArrowRight() {
    const atEnd = this.input.selectionStart === this.input.value.length;
    if (!this.isOpen || this.row < 0 || !atEnd) return false;
    this.choose(this.row, this.column + 1);
    return true;
  }

  ArrowLeft() {
    if (!this.isOpen || this.column === 0) return false;
    this.choose(this.row, this.column - 1);
    return true;
  }

  Enter(event) {
    const column = event.shiftKey ? 1 : this.column;
    if (this.text.length < SHORTEST) return false;
    if (this.current && this.rows.length) {
      if (!event.repeat) this.go(column);
      return true;
    }
    if (this.current) return false;
    this.entered = { column: event.shiftKey ? 1 : 0 };
    if (!this.asking) this.look();
    return true;
  }

  Escape() {
    if (this.isOpen) this.close();
    else this.clear();
    return true;
  }
}

export function startFinder(root) {
  const form = root.querySelector("form[data-finder]");
  if (form) new Finder(form);
}
