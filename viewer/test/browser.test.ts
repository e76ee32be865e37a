// What needs a browser: that hostile texts do nothing, that lists keep their places, and that keys and Back work.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { type Shown, showGallery } from "./browser.ts";

const ROLLOUT = "#/000000000000";
const LIST = '[role="grid"][aria-label="Entries"]';

let shown: Shown;
before(async () => {
  shown = await showGallery();
});
after(() => shown.close());

/** The first entry of a list that is in view, and how far its top is from the list's. */
function firstInView(page: Page, list: string): Promise<{ index: number; top: number }> {
  return page.locator(list).evaluate((element) => {
    const head = element.querySelector(".virtual-list-head")?.getBoundingClientRect().height ?? 0;
    const top = element.getBoundingClientRect().top + head;
    for (const entry of element.querySelectorAll<HTMLElement>("[data-index]")) {
      const { bottom, top: entryTop } = entry.getBoundingClientRect();
      if (bottom > top + 1) return { index: Number(entry.dataset["index"]), top: Math.round(entryTop - top) };
    }
    return { index: -1, top: 0 };
  });
}

/** Scrolls, and waits until what came into view has been measured and the list knows where it stands. */
async function scrollTo(page: Page, list: string, top: number): Promise<void> {
  const positions = () => page.evaluate(() => sessionStorage.getItem("rollout-trace.positions"));
  const before = await positions();
  await page.locator(list).evaluate((element, to) => {
    element.scrollTop = to;
  }, top);
  await page.waitForFunction((known) => sessionStorage.getItem("rollout-trace.positions") !== known, before);
}

for (const sheet of ["hostile", "texts", "json", "differences", "small"]) {
  test(`hostile texts are shown, and do nothing: ${sheet}`, async () => {
    const { page, complaints, strangers } = await shown.open(`#/gallery?sheet=${sheet}`);
    await page.getByText("onerror").or(page.getByText("What was wrong")).first().waitFor();
    assert.equal(await page.title(), "Gallery · rollout-trace");
    assert.deepEqual(complaints, []);
    assert.deepEqual(strangers, []);
    const found = await page.locator("main").evaluate((main) => ({
      active: main.querySelectorAll("script, iframe, object, embed, img, style, link, form, base, meta, [style*=position]").length,
      links: [...main.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")).filter((href) => !href?.startsWith("#/")),
      handlers: [...main.querySelectorAll("*")].flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith("on")),
      turned: /[\u202a-\u202e\u2066-\u2069\u200b\u0000]/.test(main.textContent ?? ""),
    }));
    assert.deepEqual(found, { active: 0, links: [], handlers: [], turned: false });
    await page.context().close();
  });
}

test("a markdown link shows where it would lead, whatever its words say", async () => {
  const { page } = await shown.open("#/gallery?sheet=hostile");
  const block = page.locator(".markdown").first();
  await block.getByText("⟨https://evil.example/%22onmouseover=%22x⟩").waitFor();
  assert.equal(await block.getByText("⟨U+202E⟩reversed by an entity").count(), 1);
  await page.context().close();
});

test("a number that JavaScript cannot hold is shown as it is written", async () => {
  const { page } = await shown.open("#/gallery?sheet=json");
  await page.getByText("12345678901234567890123").waitFor();
  await page.getByText("1.10", { exact: true }).waitFor();
  await page.context().close();
});

test("of a long list only what is in view is in the page, and its pages come as it scrolls", async () => {
  const { page, complaints } = await shown.open(`${ROLLOUT}/lists`);
  await page.getByText("object:3", { exact: true }).waitFor();
  await scrollTo(page, LIST, 28 * 40_000);
  await page.getByText("object:40003", { exact: true }).waitFor();
  assert.ok((await page.locator(`${LIST} [data-index]`).count()) < 80);
  assert.equal(await page.locator(LIST).getAttribute("aria-rowcount"), "50001");
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test("Back and Reload find a list where it was left", async () => {
  const { page } = await shown.open(`${ROLLOUT}/lists`);
  await page.getByText("object:3", { exact: true }).waitFor();
  await scrollTo(page, LIST, 28 * 20_000 + 9);
  const left = await firstInView(page, LIST);
  await page.keyboard.press("g");
  await page.keyboard.press("o");
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.goBack();
  await page.getByText("object:20003", { exact: true }).waitFor();
  assert.deepEqual(await firstInView(page, LIST), left);
  await page.reload();
  await page.getByText("object:20003", { exact: true }).waitFor();
  assert.deepEqual(await firstInView(page, LIST), left);
  await page.context().close();
});

test("a list that grows does not move what a reader looks at", async () => {
  const { page } = await shown.open("#/gallery?sheet=lists");
  const list = '[aria-label="Growing"]';
  await scrollTo(page, list, 5_000);
  const before = await firstInView(page, list);
  await page.getByRole("button", { name: "grow" }).click();
  await page.waitForFunction(() => Number(document.querySelector(".section-about")?.textContent?.split(" ")[0]) > 310);
  assert.deepEqual(await firstInView(page, list), before);
  await page.context().close();
});

test("a list that is followed sticks to its end, until the reader scrolls away", async () => {
  const { page } = await shown.open("#/gallery?sheet=lists");
  const list = page.locator('[aria-label="Growing"]');
  const fromEnd = () => list.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
  await page.getByRole("button", { name: "follow" }).click();
  await page.getByRole("button", { name: "grow" }).click();
  await page.waitForFunction(() => Number(document.querySelector(".section-about")?.textContent?.split(" ")[0]) > 310);
  assert.ok((await fromEnd()) < 2);
  await list.hover();
  await page.mouse.wheel(0, -400);
  await page.locator('button[aria-pressed="false"]', { hasText: "follow" }).waitFor();
  assert.ok((await fromEnd()) > 100);
  await page.context().close();
});

test("keys walk a list and select what they stand on; Escape closes what is open", async () => {
  const { page } = await shown.open(`${ROLLOUT}/lists`);
  await page.getByText("object:3", { exact: true }).waitFor();
  for (const key of ["j", "j", "j", "k", "Enter"]) await page.keyboard.press(key);
  await page.getByRole("complementary", { name: "Selected object" }).waitFor();
  assert.match(page.url(), /select=tool_call\/object-1$/);
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("complementary").count(), 0);
  await page.context().close();
});

test("? shows the keys, and typing in the search box is typing", async () => {
  const { page } = await shown.open("#/");
  await page.getByText("trace-3", { exact: true }).waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog").getByText("go to Bundles").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("/");
  await page.keyboard.type("nothing?");
  assert.equal(await page.getByRole("searchbox").inputValue(), "nothing?");
  assert.equal(await page.getByRole("dialog").count(), 0);
  await page.keyboard.press("Backspace");
  await page.getByText("No bundle is like that.").waitFor();
  await page.context().close();
});

test("the slider of time shows the page as of an event, and leads back to the end", async () => {
  const { page } = await shown.open(`${ROLLOUT}/overview`);
  await page.getByText("all 1,482 events").waitFor();
  await page.keyboard.press(",");
  await page.waitForURL(/at=1481/);
  await page.keyboard.press(",");
  await page.waitForURL(/at=1480/);
  await page.getByText("as of event 1,480 of 1,482").waitFor();
  await page.getByRole("button", { name: "Back to the end" }).click();
  await page.getByText("all 1,482 events").waitFor();
  assert.ok(!page.url().includes("at="));
  await page.context().close();
});

test("a tree is walked by arrows, Home, End and letters", async () => {
  const { page } = await shown.open("#/gallery?sheet=trees");
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  await page.locator('[role="treeitem"][tabindex="0"]').focus();
  assert.equal(await focused(), "tester");
  const steps: ReadonlyArray<readonly [string, string]> = [
    ["ArrowUp", "deeper"],
    ["ArrowLeft", "reviewer"],
    ["ArrowLeft", "reviewer"],
    ["ArrowDown", "tester"],
    ["Home", "/root"],
    ["ArrowRight", "reviewer"],
    ["ArrowRight", "reviewer"],
    ["ArrowRight", "deeper"],
    ["m", "many"],
    ["Home", "/root"],
    ["t", "tester"],
  ];
  for (const [key, expected] of steps) {
    await page.keyboard.press(key);
    assert.equal(await focused(), expected, key);
  }
  await page.context().close();
});

test("a bundle that cannot be read is said once, with a way to try again", async () => {
  const { page } = await shown.open("#/ffffffffffff/overview");
  await page.getByText("There is no bundle with this key.").waitFor();
  assert.equal(await page.getByRole("alert").count(), 1);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("There is no bundle with this key.").waitFor();
  await page.context().close();
});

test("the theme is changed by a key, and stays", async () => {
  const { page } = await shown.open("#/", { colorScheme: "light" });
  await page.getByText("trace-3", { exact: true }).waitFor();
  await page.keyboard.press("d");
  const theme = () => page.locator("html").getAttribute("data-theme");
  assert.equal(await theme(), "dark");
  await page.reload();
  assert.equal(await theme(), "dark");
  await page.context().close();
});
