// What others do, within seconds: the part is asked for again and again, and answered only when
// something has changed. A hidden page asks nothing.

const EVERY_MS = 3000;
const PATIENCE_MS = 10000;

/** get(): the stamp on the page; take(text): true once the new part is in its place. */
export function keepUp({ address, get, take, away }) {
  let timer = 0;
  let asking = false;

  async function ask() {
    window.clearTimeout(timer);
    if (document.hidden || asking) return;
    asking = true;
    const stop = new AbortController();
    const late = window.setTimeout(() => stop.abort(), PATIENCE_MS);
    try {
      const answer = await fetch(address, {
        headers: { "If-None-Match": `"${get()}"` },
        cache: "no-store",
        redirect: "manual",
        signal: stop.signal,
      });
      if (answer.status === 200) {
        take(await answer.text());
        away(false);
      } else if (answer.status === 304) {
        away(false);
      } else if (answer.type === "opaqueredirect" || answer.status < 500) {
        // Signed out meanwhile, or no longer allowed: the page itself says so.
        window.location.reload();
        return;
      } else {
        away(true);
      }
    } catch {
      away(true);
    } finally {
      window.clearTimeout(late);
      asking = false;
    }
    timer = window.setTimeout(ask, EVERY_MS);
  }

  document.addEventListener("visibilitychange", ask);
  timer = window.setTimeout(ask, EVERY_MS);
}

/** Move the line that says what time it is, over today's column or columns. offset: of the
 * server's clock, in milliseconds; grid(): the table as it stands, if there is one. */
export function keepTime({ zone, offset, grid }) {
  const local = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone, dateStyle: "short", timeStyle: "short",
  });
  const mark = () => {
    const [date, clock] = local.format(Date.now() + offset).split(" ");
    const table = grid();
    if (!table) return;
    const { rows, heads } = table;
    const today = heads.map((head) => head.dataset.dag === date);
    let now = null;
    if (today.includes(true)) {
      for (const row of rows) if (row.dataset.kl <= clock) now = row;
      const last = rows.at(-1)?.dataset.kl;
      if (now?.dataset.kl === last && minutes(clock) - minutes(last) >= 15) now = null;
    }
    for (const row of rows) {
      row.classList.toggle("now", row === now);
      if (row === now) row.cells[0].setAttribute("aria-current", "time");
      else row.cells[0].removeAttribute("aria-current");
    }
    across(table, rows.indexOf(now), today);
  };
  window.setInterval(mark, 20000);
  return mark;
}

/** Mark the cells of a row: those that begin there, and how far down those that began before. */
function across({ places, at }, here, today) {
  for (const [cell, { row, column, rows }] of at) {
    const on = today[column] && places[here]?.[column] === cell;
    cell.classList.toggle("now", on && row === here);
    cell.classList.toggle("during", on && row < here);
    if (on) cell.style.setProperty("--gone", `${(100 * (here - row)) / rows}%`);
  }
}

const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
