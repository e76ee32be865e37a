// Measures the timeline in a real Chromium: `node test/timeline_bench/measure.mjs [ENTRIES] [FOLDER FOR SCREENSHOTS]`.
//
// Told are the times between frames and the time of drawing in each, while it is panned and zoomed by the mouse, and the
// memory of the page. Nothing here passes or fails.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"];
const count = Number(process.argv[2] ?? 50_000);
const folder = process.argv[3];

const { address, entries, stop } = await serve(count);
const profile = mkdtempSync(join(tmpdir(), "timeline-bench-"));
const context = await chromium.launchPersistentContext(profile, { executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...FLAGS, `--crash-dumps-dir=${profile}`], viewport: { width: 1_440, height: 900 }, colorScheme: "dark" });
try {
  const page = context.pages()[0] ?? (await context.newPage());
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.log("page:", message.text()));
  page.on("pageerror", (error) => console.log("page:", error.stack));
  await page.addInitScript(() => {
    globalThis.tasks = [];
    new PerformanceObserver((list) => globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
  });
  const began = performance.now();
  await page.goto(address);
  await page.waitForFunction(() => globalThis.drawn?.length > 0);
  console.log(`first picture after ${Math.round(performance.now() - began)} ms`);
  await page.waitForFunction(() => /^[\d,]+ entries, /.test(document.querySelector(".place-about")?.textContent ?? ""));
  console.log(`all ${entries} entries after ${Math.round(performance.now() - began)} ms`);
  const tasks = await page.evaluate(() => globalThis.tasks);
  console.log(`tasks of more than 50 ms while loading: ${tasks.length === 0 ? "none" : tasks.map((task) => `${Math.round(task)} ms`).join(", ")}`);

  const box = await page.locator(".timeline-canvas").boundingBox();
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const shot = async (name) => folder && (await page.screenshot({ path: join(folder, `${name}.png`) }));
  const measured = async (name, act) => {
    await page.evaluate(() => {
      globalThis.drawn.length = 0;
      globalThis.frames = [];
      let last;
      const tick = (now) => {
        if (last !== undefined) globalThis.frames.push(now - last);
        last = now;
        if (globalThis.frames !== null) globalThis.ticking = requestAnimationFrame(tick);
      };
      globalThis.ticking = requestAnimationFrame(tick);
    });
    await act();
    const { frames, drawn } = await page.evaluate(() => {
      cancelAnimationFrame(globalThis.ticking);
      return { frames: globalThis.frames, drawn: [...globalThis.drawn] };
    });
    console.log(`${name}: ${frames.length} frames, ${told(frames)} apart; ${drawn.length} drawn, ${told(drawn)} each`);
  };
  // Moves come from the page itself, one with each frame, so that the speed of this script does not count.
  const moves = (type, steps, init) =>
    page.evaluate(
      ([type, steps, init, x, y]) =>
        new Promise((resolve) => {
          const target = document.querySelector(".timeline-canvas");
          let step = 0;
          const tick = () => {
            const back = step % 60 < 30 ? 1 : -1;
            const made = { bubbles: true, cancelable: true, clientX: x, clientY: y };
            for (const [name, value] of Object.entries(init)) made[name] = typeof value === "number" ? value * back : value;
            target.dispatchEvent(new WheelEvent(type, made));
            if (++step < steps) requestAnimationFrame(tick);
            else resolve();
          };
          requestAnimationFrame(tick);
        }),
      [type, steps, init, middle.x, middle.y],
    );

  await shot("folded-all-dark");
  await measured("zoom, folded, all in view", () => moves("wheel", 240, { ctrlKey: true, deltaY: -60 }));
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Unfold all" }).click();
  await page.waitForTimeout(500);
  await shot("unfolded-all-dark");
  await measured("zoom, unfolded", () => moves("wheel", 240, { ctrlKey: true, deltaY: -60 }));
  await page.locator(".timeline-canvas").focus();
  await page.keyboard.press("0");
  for (let step = 0; step < 2; step++) await page.keyboard.press("+");
  await page.waitForTimeout(200);
  await measured("pan, half of all in view", () => moves("wheel", 240, { shiftKey: true, deltaY: 12 }));
  for (let step = 0; step < 8; step++) await page.keyboard.press("+");
  await page.waitForTimeout(200);
  await measured("pan, a 30th in view", () => moves("wheel", 240, { shiftKey: true, deltaY: 12 }));
  await page.waitForTimeout(600);
  await shot("near-dark");
  await measured("pan by dragging", async () => {
    await page.mouse.move(middle.x, middle.y);
    await page.mouse.down();
    for (let step = 0; step < 120; step++) await page.mouse.move(middle.x - step * 3, middle.y, { steps: 1 });
    await page.mouse.up();
  });
  for (let step = 0; step < 5; step++) await page.keyboard.press("+");
  await page.waitForTimeout(300);
  await page.mouse.move(middle.x + 40, middle.y + 20);
  await page.getByRole("button", { name: "Critical path" }).click();
  await page.keyboard.press("Alt+ArrowRight");
  await page.locator(".timeline-canvas").focus();
  await page.keyboard.press("Alt+ArrowRight");
  await page.keyboard.press("Alt+ArrowRight");
  await page.waitForTimeout(900);
  await shot("cursor-dark");
  await page.emulateMedia({ colorScheme: "light" });
  await page.waitForTimeout(300);
  await shot("cursor-light");
  await page.getByRole("button", { name: "Both" }).click();
  await page.waitForTimeout(600);
  await page.locator(".timeline-canvas").focus();
  await page.keyboard.press("Enter");
  await page.waitForTimeout(900);
  await shot("both-light");
  await page.getByRole("button", { name: "Lanes" }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Fold all", exact: true }).click();
  await page.locator(".timeline-canvas").focus();
  await page.keyboard.press("0");
  await page.waitForTimeout(500);
  await shot("folded-all-light");

  const session = await context.newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  console.log(`heap after collection: ${(usedSize / 1e6).toFixed(1)} MB`);
  const renderers = (await (await context.browser()?.newBrowserCDPSession?.())?.send("SystemInfo.getProcessInfo"))?.processInfo ?? [];
  for (const { type, id } of renderers.filter((process) => process.type === "renderer")) console.log(`${type}: ${resident(id)} MB resident`);
} finally {
  await context.close();
  stop();
  rmSync(profile, { recursive: true, force: true });
}

function told(milliseconds) {
  const sorted = [...milliseconds].sort((left, right) => left - right);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(1) ?? "–";
  return `median ${at(0.5)}, 95th ${at(0.95)}, longest ${at(1)} ms`;
}

function resident(pid) {
  try {
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1e3);
  } catch {
    return "?";
  }
}
