// Builds static/dist from static/src and the Danish public design system (dkfds).
// Run with `npm run build`; it starts from an empty dist and takes well under a second.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const dist = join(here, "dist");
const dkfds = join(here, "node_modules", "dkfds", "dist");

// Symbols of the dkfds sprite that pages may name in the `icon` macro.
const ICONS = [
  "arrow-back", "arrow-forward", "assignment", "calendar-month", "check", "chevron-down",
  "chevron-left", "chevron-right", "close", "contact-support", "delete", "document", "download",
  "edit", "email", "error", "flag", "groups", "headset", "help", "home", "hourglass", "info",
  "language", "list-check", "location", "lock", "map", "notifications", "open-in-new", "person",
  "person-add", "persons", "plus", "print", "refresh", "save", "search", "settings", "smartphone",
  "success", "sync", "time", "tune", "videocam", "visibility", "warning",
];

// Parts of dkfds that need its scripts, or fonts and icons, that no page of ours carries.
const UNUSED = new RegExp(
  "\\.(icon-(?!svg)[\\w-]+|date-picker|cookie|sidemenu|sidenav|fds-modal|modal|toast|tooltip"
    + "|overflow-menu|overflow-list|language-switcher|mobile-drawer|navigation-menu|mainmenu"
    + "|nav-primary|portal-|solution-|accordion|step-indicator|back-to-top|anchor|toggle-"
    + "|search|button-search|header|logo|figcaption|embed|table--selectable|table-pagination"
    + "|col-|offset-|order-|d-(?!none|print)|facit|details|language|inline-svg|authority-name"
    + "|more-|nav-|spinner|float-|card-image)",
);

/** Drops the rules of dkfds whose every selector names an unused part, and its font faces. */
function trim(css) {
  return css
    .replace(/@font-face\s*\{[^}]*\}/g, "")
    .replace(/^[ ]*[^\s{}@/][^{}@]*\{[^{}]*\}\n?/gm, (rule) => {
      const selectors = rule.slice(0, rule.indexOf("{")).replace(/\([^()]*\)/g, "").split(",");
      return selectors.every((selector) => UNUSED.test(selector)) ? "" : rule;
    });
}

const trimDkfds = {
  name: "trim-dkfds",
  setup(build) {
    build.onLoad({ filter: /dkfds\.css$/ }, async ({ path }) => ({
      contents: trim(await readFile(path, "utf8")),
      loader: "css",
    }));
  },
};

async function buildSprite() {
  const sprite = await readFile(join(dkfds, "img", "all-svg-icons.svg"), "utf8");
  const symbols = ICONS.map((name) => {
    const symbol = sprite.match(new RegExp(`<symbol id="${name}".*?</symbol>`, "s"));
    if (!symbol) throw new Error(`dkfds has no icon named ${name}`);
    return symbol[0];
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  await writeFile(join(dist, "icons.svg"), svg);
}

const started = performance.now();
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await Promise.all([
  esbuild.build({
    entryPoints: [
      join(source, "css", "rettid.css"),
      join(source, "js", "rettid.js"),
      join(source, "js", "rule-grid.js"),
      join(source, "js", "day-grid.js"),
    ],
    outdir: dist,
    entryNames: "[name]",
    assetNames: "assets/[name]",
    bundle: true,
    minify: true,
    format: "iife",
    target: ["es2020", "chrome109", "firefox115", "safari15.6"],
    loader: { ".woff2": "file", ".svg": "file", ".png": "file" },
    plugins: [trimDkfds],
    legalComments: "none",
    logLevel: "warning",
  }),
  buildSprite(),
  copyFile(join(source, "mark.svg"), join(dist, "mark.svg")),
  copyFile(join(source, "favicon.svg"), join(dist, "favicon.svg")),
  copyFile(join(dkfds, "LICENSE.md"), join(dist, "dkfds-license.md")),
  copyFile(
    join(dkfds, "fonts", "IBMPlexSans", "complete", "woff2", "license.txt"),
    join(dist, "font-license.txt"),
  ),
]);
console.log(`static/dist built in ${Math.round(performance.now() - started)} ms`);
