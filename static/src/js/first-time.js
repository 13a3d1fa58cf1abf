// Among free times where none is chosen yet, the first arrow chooses the one in focus, not the one
// after it.
const ARROWS = new Set(["ArrowDown", "ArrowRight"]);

export function beginAtFirstTime(root) {
  root.addEventListener("keydown", (event) => {
    const time = event.target;
    if (!ARROWS.has(event.key) || !time.matches?.(".time-tile input[type=radio]")) return;
    const group = root.getElementsByName(time.name);
    if ([...group].some((one) => one.checked)) return;
    event.preventDefault();
    time.checked = true;
    time.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
