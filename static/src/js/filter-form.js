// A filter form sends itself when a choice is made; its button stays for everyone else.
// The page comes back with the focus and the scroll position where they were.

const PLACE = "rettid-filter-place";
// Long enough for someone stepping through radio buttons with the arrow keys.
const PAUSE_MS = 500;

function rememberPlace(field) {
  const place = { path: location.pathname, id: field.id, scroll: window.scrollY };
  sessionStorage.setItem(PLACE, JSON.stringify(place));
}

function returnToPlace(root) {
  const stored = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (!stored) return;
  const place = JSON.parse(stored);
  if (place.path !== location.pathname) return;
  window.scrollTo(0, place.scroll);
  if (place.id) root.getElementById(place.id)?.focus({ preventScroll: true });
}

export function submitFiltersOnChange(root) {
  returnToPlace(root);
  let timer = 0;
  root.addEventListener("change", (event) => {
    const field = event.target;
    const form = field.form;
    if (!form?.matches("[data-autosubmit]")) return;
    // Typed fields wait for the button: half a date is not a choice.
    if (!field.matches("select, input[type=radio], input[type=checkbox]")) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      rememberPlace(field);
      form.requestSubmit();
    }, PAUSE_MS);
  });
}
