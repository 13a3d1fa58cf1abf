// A part of a page that asks for it is fetched anew every few seconds, until it is gone from
// the page: then the whole page is. Without scripts the page has a link that does the same.
async function fetchPart(part) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return undefined;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(part.id);
}

function again(part) {
  window.setTimeout(async () => {
    const fresh = await fetchPart(part).catch(() => undefined);
    if (fresh === null) {
      location.reload();
      return;
    }
    if (fresh) {
      for (const bar of part.querySelectorAll("progress")) {
        bar.value = fresh.querySelector("progress").value;
      }
      const said = part.querySelector("[role=status]");
      const now = fresh.querySelector("[role=status]").textContent;
      if (said.textContent !== now) said.textContent = now;
    }
    again(part);
  }, Number(part.dataset.refresh) * 1000);
}

export function refreshParts(root) {
  for (const part of root.querySelectorAll("[data-refresh]")) again(part);
}
