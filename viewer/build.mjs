// Writes the page that the Python package serves: index.html, app.js and app.css, and nothing else.
//
// The same sources give the same bytes: with --compare nothing is written, and a page that is another than its sources
// make is an error. With --gallery, a page that shows every part with all kinds of contents is written to dist/gallery
// instead; it is not part of the package.

import { build } from "esbuild";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const MOST_BYTES = 500_000;

const here = dirname(fileURLToPath(import.meta.url));
const isGallery = process.argv.includes("--gallery");
const target = isGallery ? join(here, "dist/gallery") : join(here, "../src/rollout_trace/web/page");

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>rollout-trace</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/app.css">
<script defer src="/app.js"></script>
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript. Everything that it shows, the command <code>rollout-trace</code> prints too.</noscript>
</body>
</html>
`;

const { outputFiles, warnings } = await build({
  absWorkingDir: here,
  entryPoints: { app: isGallery ? "gallery/main.tsx" : "src/main.tsx" },
  outdir: target,
  bundle: true,
  write: false,
  format: "iife",
  target: ["chrome123", "firefox121", "safari17.5"],
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !isGallery,
  charset: "utf8",
  legalComments: "none",
  define: { "process.env.NODE_ENV": '"production"' },
  logLevel: "warning",
});
if (warnings.length > 0) process.exit(1);

const files = [
  ["index.html", Buffer.from(HTML)],
  ...outputFiles
    .map((file) => [relative(target, file.path), Buffer.from(file.contents)])
    .sort(([left], [right]) => (left < right ? -1 : 1)),
];
let total = 0;
for (const [name, contents] of files) {
  total += contents.length;
  console.log(`${String(contents.length).padStart(9)}  ${name}`);
}
console.log(`${String(total).padStart(9)}  in all, of at most ${MOST_BYTES}`);
if (!isGallery && total > MOST_BYTES) {
  console.error(`the page has ${total} bytes, more than ${MOST_BYTES}`);
  process.exit(1);
}
// An exported file has them within its own HTML, which must not take a part of them for its own.
for (const [name, contents] of isGallery ? [] : files.slice(1)) {
  const found = /<\/(?:script|style)|<script[\s/>]/i.exec(contents.toString());
  if (found !== null) {
    console.error(`${name} has ${JSON.stringify(found[0])}, and so could not stand in an exported file`);
    process.exit(1);
  }
}
if (process.argv.includes("--compare")) {
  const written = await readdir(target);
  const others = written.filter((name) => files.every(([built]) => built !== name));
  for (const [name, contents] of files) {
    if (!written.includes(name) || !contents.equals(await readFile(join(target, name)))) others.push(name);
  }
  if (others.length > 0) console.error(`not what the sources make: ${others.join(", ")}; npm run build writes it`);
  process.exit(others.length > 0 ? 1 : 0);
}
await rm(target, { recursive: true, force: true });
await mkdir(target, { recursive: true });
for (const [name, contents] of files) await writeFile(join(target, name), contents);
