// Which cell stands where in a table whose cells cover several rows.

export function readTable(table) {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells].slice(1);
  const places = rows.map(() => []);
  const at = new Map();
  rows.forEach((tr, row) => {
    let column = 0;
    for (const cell of tr.cells) {
      if (cell.tagName === "TH") continue;
      while (places[row][column]) column += 1;
      for (let over = 0; over < cell.rowSpan && places[row + over]; over += 1) {
        places[row + over][column] = cell;
      }
      at.set(cell, { row, column, rows: cell.rowSpan });
    }
  });
  return { rows, heads, places, at };
}

/** The next cell from a place in a direction that can have the focus; undefined at the edge. */
export function next({ places, at }, { row, column }, down, right) {
  const here = places[row]?.[column];
  let [r, c] = [row, column];
  do {
    const { row: top, rows } = at.get(places[r][c]);
    r = down > 0 ? top + rows : down < 0 ? top - 1 : r;
    c += right;
    const cell = places[r]?.[c];
    if (!cell) return undefined;
    if (cell !== here && !cell.classList.contains("n")) return { cell, row: r, column: c };
  } while (true); // eslint-disable-line no-constant-condition
}

/** The place under a point on the screen, the nearest where it lies outside. */
export function under({ rows, heads }, x, y) {
  const nearest = (boxes, low, high, at) => {
    const found = boxes.findIndex((box) => at < box[high]);
    return found < 0 ? boxes.length - 1 : found;
  };
  const row = nearest(rows.map((one) => one.getBoundingClientRect()), "top", "bottom", y);
  const column = nearest(heads.map((one) => one.getBoundingClientRect()), "left", "right", x);
  return { row, column };
}
