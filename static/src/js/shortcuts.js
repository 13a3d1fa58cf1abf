// Keys for the commonest acts. The page's own list says which there are and where they lead; none
// works while one types, or where they have been turned off in this browser.

const WAIT_MS = 1500;
const TYPING = "input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, "
  + "select, [contenteditable]";

// What a key presses on the page one is at.
const ON_PAGE = {
  n: "main a[rel=next], .container > nav a[rel=next]",
  p: "main a[rel=prev], .container > nav a[rel=prev]",
  b: "main a[data-key=b]",
  v: "main [data-views] a:not([aria-current])",
  "+": "main a[data-key='+']",
  "-": "main a[data-key='-']",
};

export function startShortcuts(root) {
  const dialog = root.querySelector("[data-keys-dialog]");
  if (!dialog) return;
  for (const opener of root.querySelectorAll("[data-keys-open]")) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
  }
  if (!dialog.hasAttribute("data-keys-on")) return;

  const places = new Map(
    [...dialog.querySelectorAll("[data-href]")].map((one) => [one.dataset.keys, one.dataset.href]),
  );
  let begun = "";
  let timer = 0;

  function begin(key) {
    begun = key;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => { begun = ""; }, WAIT_MS);
  }

  function done(key) {
    if (begun) {
      const href = places.get(`${begun} ${key}`);
      begun = "";
      if (href) window.location.assign(href);
      return Boolean(href);
    }
    if (key === "g") {
      begin(key);
      return true;
    }
    if (key === "?") {
      dialog.showModal();
      return true;
    }
    if (key === "/") {
      const field = root.getElementById("finder-text");
      field?.focus();
      field?.select();
      return Boolean(field);
    }
    if (key === "i") {
      const cell = root.querySelector("main [role=grid] [tabindex='0']");
      (cell ?? root.querySelector("main")).focus();
      return true;
    }
    const link = ON_PAGE[key] && root.querySelector(ON_PAGE[key]);
    if (link) window.location.assign(link.href);
    return Boolean(link);
  }

  root.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.isComposing || event.repeat || event.target.closest(TYPING)) return;
    if (root.querySelector("dialog[open]")) return;
    if (done(event.key.toLowerCase())) event.preventDefault();
  });
}
