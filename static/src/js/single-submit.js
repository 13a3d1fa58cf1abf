// Two quick presses send a form once. The button is not disabled: that would drop its
// name and value from what is sent.

// An answer that is a download leaves the page standing, so the form opens again.
const REOPEN_MS = 6000;

export function sendFormsOnce(root) {
  const sending = new Set();

  root.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (sending.has(form)) {
      event.preventDefault();
      return;
    }
    sending.add(form);
    form.setAttribute("aria-busy", "true");
    window.setTimeout(() => {
      sending.delete(form);
      form.removeAttribute("aria-busy");
    }, REOPEN_MS);
  });

  // A page brought back by "back" must be usable again.
  window.addEventListener("pageshow", () => {
    sending.forEach((form) => form.removeAttribute("aria-busy"));
    sending.clear();
  });
}
