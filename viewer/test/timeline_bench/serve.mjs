// Serves the measuring page and a made-up rollout on loopback, under the policy of the viewer.

import { build } from "esbuild";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolloutOf } from "./rollout.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";
const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"><div id="page"></div><script src="/page.js"></script></html>`;

/** Returns the address of the page, and how to stop. */
export async function serve(count) {
  const { outputFiles } = await build({ entryPoints: [join(here, "page.tsx")], outdir: "/", bundle: true, write: false, minify: true, format: "iife", jsx: "automatic", jsxImportSource: "preact", target: "chrome123" });
  const files = { "/": ["text/html; charset=utf-8", HTML] };
  for (const file of outputFiles) files[file.path] = [file.path.endsWith(".css") ? "text/css" : "text/javascript; charset=utf-8", file.text];
  const lists = rolloutOf(count);
  const server = createServer((request, response) => {
    response.setHeader("content-security-policy", POLICY);
    const url = new URL(request.url, "http://localhost");
    const name = url.pathname.split("/").slice(5).join("/");
    if (url.pathname in files) {
      const [type, text] = files[url.pathname];
      response.setHeader("content-type", type);
      response.end(text);
    } else if (Object.hasOwn(lists, name)) {
      const offset = Number(url.searchParams.get("offset") ?? 0);
      const limit = Number(url.searchParams.get("limit") ?? 100);
      const list = lists[name];
      const answer = Array.isArray(list) ? { offset, total: list.length, entries: list.slice(offset, offset + limit) } : list;
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ answer, as_of: 1, names: {} }));
    } else {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ code: "unknown", sentence: `There is no ${name} here.` }));
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/#/0123456789ab/timeline`, entries: lists.timeline.length, stop: () => server.close() };
}
