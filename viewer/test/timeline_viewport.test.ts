// What is seen of a time: zoom, pan, limits, marks of the axis; the strip below; words that fit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Camera } from "../src/places/timeline/camera.ts";
import { Labels } from "../src/places/timeline/labels.ts";
import { centred, dragged, gripAt, windowOf } from "../src/places/timeline/minimap.ts";
import { LEAST_SPAN, fitted, limited, momentAt, panned, showing, tickStep, tickText, xOf, zoomed } from "../src/places/timeline/viewport.ts";

const EXTENT = { start: 1_000, end: 101_000 };

test("a moment and its place on the screen lead to each other", () => {
  const viewport = { start: 2_000, end: 4_000, width: 500 };
  assert.equal(xOf(viewport, 3_000), 250);
  assert.equal(momentAt(viewport, 250), 3_000);
});

test("what is under the pointer stays there while one zooms", () => {
  const before = { start: 40_000, end: 60_000, width: 1_000 };
  const after = zoomed(before, 4, 300, EXTENT);
  assert.equal(after.end - after.start, 5_000);
  assert.equal(momentAt(after, 300), momentAt(before, 300));
});

test("nothing beyond the rollout is seen but a margin, and no less than a few milliseconds", () => {
  const whole = fitted(EXTENT, 1_000);
  assert.deepEqual(zoomed(whole, 0.01, 500, EXTENT), whole);
  const near = zoomed(whole, 1e9, 500, EXTENT);
  assert.ok(Math.abs(near.end - near.start - LEAST_SPAN) < 1e-6);
  assert.equal(panned({ start: 40_000, end: 60_000, width: 1_000 }, 1e6, EXTENT).end, whole.end);
  assert.equal(panned({ start: 40_000, end: 60_000, width: 1_000 }, -1e6, EXTENT).start, whole.start);
});

test("a rollout of no length is seen all the same", () => {
  const viewport = fitted({ start: 5, end: 5 }, 100);
  assert.ok(viewport.end > viewport.start);
  assert.deepEqual(limited(viewport, { start: 5, end: 5 }), viewport);
});

test("what is in view is not moved into view", () => {
  const viewport = { start: 40_000, end: 60_000, width: 1_000 };
  assert.equal(showing(viewport, 45_000, 50_000, EXTENT), viewport);
  const moved = showing(viewport, 70_000, 71_000, EXTENT);
  assert.ok(moved.start <= 70_000 && moved.end >= 71_000);
  assert.equal(moved.end - moved.start, 20_000);
});

test("marks of the axis are round times, far enough apart", () => {
  const viewport = { start: 0, end: 100_000, width: 1_000 };
  assert.equal(tickStep(viewport, 90), 10_000);
  assert.equal(tickStep({ ...viewport, end: 3 * 86_400_000 * 100 }, 90) % 86_400_000, 0);
  assert.deepEqual(
    [[0, 5], [250, 50], [12_500, 500], [12_000, 1_000], [245_000, 5_000], [3_845_000, 5_000], [61_050, 50]].map(([passed, step]) => tickText(passed as number, step as number)),
    ["0", "250 ms", "12.5 s", "12 s", "4:05", "1:04:05", "1:01.05"],
  );
});

test("who sees all goes on seeing all as it grows; whoever looks at a part is not moved", () => {
  const seesAll = new Camera(EXTENT, null);
  seesAll.grow({ start: 1_000, end: 201_000 }, false);
  assert.ok(seesAll.seesAll);
  const seesPart = new Camera(EXTENT, { start: 40_000, end: 60_000 });
  seesPart.grow({ start: 1_000, end: 201_000 }, false);
  assert.deepEqual([seesPart.viewport.start, seesPart.viewport.end], [40_000, 60_000]);
});

test("who follows sees the end", () => {
  const camera = new Camera(EXTENT, { start: 40_000, end: 60_000 });
  camera.grow({ start: 1_000, end: 201_000 }, true);
  assert.ok(camera.viewport.end >= 201_000);
  assert.equal(camera.viewport.end - camera.viewport.start, 20_000);
});

test("the window of the strip is moved by its middle, and resized by its edges", () => {
  const seen = { start: 40_000, end: 60_000, width: 1_040 };
  const { left, right } = windowOf(seen, EXTENT);
  assert.deepEqual([gripAt(seen, EXTENT, left), gripAt(seen, EXTENT, right), gripAt(seen, EXTENT, (left + right) / 2), gripAt(seen, EXTENT, 5)], ["left", "right", "whole", "beside"]);
  const moved = dragged(seen, EXTENT, "whole", 100);
  assert.equal(moved.start, 50_000);
  assert.equal(moved.end, 70_000);
  const wider = dragged(seen, EXTENT, "left", -100);
  assert.deepEqual([wider.start, wider.end], [30_000, 60_000]);
  assert.deepEqual(dragged(seen, EXTENT, "right", -10_000).start, 40_000);
  const there = centred(seen, EXTENT, 800);
  assert.equal((there.start + there.end) / 2, momentAt(fitted(EXTENT, 1_040), 800));
});

test("words are shortened to the room that there is, and left out where there is too little", () => {
  const labels = new Labels(() => "exec_command", () => 10);
  assert.equal(labels.fitting(0, 120), "exec_command");
  assert.equal(labels.fitting(0, 119), "exec_comma…");
  assert.equal(labels.fitting(0, 30), null);
});

test("what turns the direction of writing is written out on the canvas too", () => {
  const labels = new Labels(() => "a\u202eb", () => 1);
  assert.equal(labels.fitting(0, 100), "a⟨U+202E⟩b");
});
