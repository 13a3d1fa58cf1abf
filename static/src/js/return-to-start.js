// A page on a screen that many use goes back to its start by itself. A key, a touch or the button
// begins the wait again, so nobody is hurried.

function startReturn(part) {
  const seconds = Number(part.dataset.returnAfter);
  const text = part.querySelector("[data-return-text]");
  let left = seconds;
  const again = (longer) => { left = longer ?? seconds; };

  function tick() {
    left -= 1;
    if (text) text.textContent = text.dataset.returnText.replace("{seconds}", String(left));
    if (left <= 0) {
      window.clearInterval(timer);
      window.location.replace(part.dataset.returnTo);
    }
  }
  const timer = window.setInterval(tick, 1000);
  part.querySelector("[data-return-later]")?.addEventListener("click", () => again(60));
  for (const kind of ["keydown", "pointerdown"]) {
    document.addEventListener(kind, () => again(Math.max(left, seconds)));
  }
}

export function returnToStart(root) {
  for (const part of root.querySelectorAll("[data-return-after]")) startReturn(part);
}
