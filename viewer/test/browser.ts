// The built gallery in a real browser, served as the viewer serves its page: on loopback, under the same policy.

import { type Browser, type Page, chromium } from "playwright-core";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";
const FILES: Readonly<Record<string, readonly [string, string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript; charset=utf-8"],
  "/app.css": ["app.css", "text/css; charset=utf-8"],
};
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

/** A browser with the gallery. */
export interface Shown {
  /** A page at a hash. Whatever it complains of in its console, and whatever it asks of others, is collected. */
  open(hash: string, options?: { width?: number; height?: number; colorScheme?: "dark" | "light" }): Promise<Opened>;
  close(): Promise<void>;
}

export interface Opened {
  readonly page: Page;
  readonly complaints: string[];
  readonly strangers: string[];
}

/** Build the gallery, serve it, and start the browser: that of `CHROMIUM`, or Debian's. */
export async function showGallery(): Promise<Shown> {
  const viewer = process.cwd();
  execFileSync(process.execPath, [join(viewer, "build.mjs"), "--gallery"], { stdio: "ignore" });
  const folder = join(viewer, "dist/gallery");
  const server = createServer((request, response) => {
    const file = FILES[new URL(request.url ?? "/", "http://localhost").pathname];
    response.setHeader("content-security-policy", POLICY);
    if (file === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("content-type", file[1]);
    response.end(readFileSync(join(folder, file[0])));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const profile = mkdtempSync(join(tmpdir(), "rollout-trace-viewer-"));
  const browser: Browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [...FLAGS, `--crash-dumps-dir=${profile}`],
  });
  return {
    async open(hash, { width = 1_440, height = 900, colorScheme = "dark" } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      const complaints: string[] = [];
      const strangers: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => {
        if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:,")) strangers.push(request.url());
      });
      await page.goto(`${origin}/${hash}`);
      return { page, complaints, strangers };
    },
    async close() {
      await browser.close();
      server.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
