// A part of a page that asks for it is fetched anew every few seconds, until it is gone from
// the page: then the whole page is. Without scripts the page has a link that does the same.
// With data-renew all that stands in the part is put anew, the focus kept by the element's id.
async function fetchPart(part) {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok) return undefined;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.getElementById(part.id);
}

function renew(part, fresh) {
  if (part.textContent === fresh.textContent) return;
  const held = part.contains(document.activeElement) ? document.activeElement.id : "";
  part.replaceChildren(...fresh.childNodes);
  if (held) (document.getElementById(held) ?? part.querySelector("a, button"))?.focus();
}

function again(part) {
  window.setTimeout(async () => {
    const fresh = await fetchPart(part).catch(() => undefined);
    if (fresh === null) {
      location.reload();
      return;
    }
    if (fresh && "renew" in part.dataset) renew(part, fresh);
    else if (fresh) {
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
