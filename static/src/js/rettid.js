// Everything here only eases what a page already does without scripts.
// Elements ask for a behaviour by a data attribute; there are no inline handlers.
import ErrorSummary from "../../node_modules/dkfds/src/js/components/error-summary.js";
import { submitFiltersOnChange } from "./filter-form.js";
import { startFinder } from "./finder.js";
import { beginAtFirstTime } from "./first-time.js";
import { startHoldClocks } from "./hold-clock.js";
import { refreshParts } from "./self-refresh.js";
import { startShortcuts } from "./shortcuts.js";
import { returnToStart } from "./return-to-start.js";
import { sendFormsOnce } from "./single-submit.js";

function printOnRequest() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("button[data-print]")) window.print();
  });
}

const summary = document.querySelector("[data-module='error-summary']");
if (summary) new ErrorSummary(summary).init();
document.documentElement.classList.add("has-script");
startHoldClocks(document);
submitFiltersOnChange(document);
refreshParts(document);
sendFormsOnce(document);
printOnRequest();
startFinder(document);
startShortcuts(document);
beginAtFirstTime(document);
returnToStart(document);
