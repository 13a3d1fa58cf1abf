// Counts down a held time. Without scripts the server's own sentence ("Tiden holdes til kl. 9.40")
// stays. The sentences come from the server, already translated, with {time} for minutes and
// seconds. Screen readers hear only two moments: two minutes left, and over.

const SOON_SECONDS = 120;

function asClock(seconds) {
  const rest = String(seconds % 60).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${rest}`;
}

function startHoldClock(element) {
  const { expires, now, textLeft, textSoon, textOver } = element.dataset;
  const expiry = Date.parse(expires);
  if (Number.isNaN(expiry) || !textLeft) return;
  // The phone's own clock may be wrong; the server's time at rendering puts it right.
  const skew = now ? Date.now() - Date.parse(now) : 0;
  const secondsLeft = () => Math.max(0, Math.ceil((expiry + skew - Date.now()) / 1000));

  const [before, after = ""] = textLeft.split("{time}");
  const digits = document.createElement("span");
  digits.className = "hold-clock__digits";
  const text = element.querySelector("[data-hold-clock-text]") ?? element;
  text.replaceChildren(before, digits, after);

  const live = document.createElement("span");
  live.className = "sr-only";
  live.setAttribute("aria-live", "polite");
  element.after(live);

  let saidSoon = secondsLeft() <= 0;
  const timer = window.setInterval(tick, 1000);
  function tick() {
    const left = secondsLeft();
    digits.textContent = asClock(left);
    element.classList.toggle("hold-clock--soon", left <= SOON_SECONDS);
    if (left <= SOON_SECONDS && left > 0 && !saidSoon) {
      saidSoon = true;
      live.textContent = textSoon ?? "";
    }
    if (left === 0) {
      window.clearInterval(timer);
      element.classList.add("hold-clock--over");
      text.textContent = textOver ?? "";
      live.textContent = textOver ?? "";
    }
  }
  tick();
}

export function startHoldClocks(root) {
  root.querySelectorAll("[data-hold-clock]").forEach(startHoldClock);
}
