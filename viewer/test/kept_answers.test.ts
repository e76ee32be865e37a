import assert from "node:assert/strict";
import { test } from "node:test";
import { KeptAnswers, MOST_KEPT } from "../src/kept_answers.ts";

/** So large that three of them have no room. */
const large = (name: string) => ({ name, parts: [{ text: "x".repeat(0.4 * MOST_KEPT) }] });

test("what there is no room for goes, what was used last stays", () => {
  const kept = new KeptAnswers();
  kept.set("a", large("a"));
  kept.set("b", large("b"));
  assert.deepEqual(kept.get("a"), large("a"));
  kept.set("c", large("c"));
  assert.deepEqual(["a", "b", "c"].map((key) => kept.has(key)), [true, false, true]);
});

test("thousands of small answers are kept", () => {
  const kept = new KeptAnswers();
  for (let number = 0; number < 5_000; number++) kept.set(`${number}`, { number });
  assert.deepEqual(kept.get("0"), { number: 0 });
});

test("an answer that is larger than all the room is kept until the next", () => {
  const kept = new KeptAnswers();
  kept.set("a", "x".repeat(2 * MOST_KEPT));
  assert.equal(kept.has("a"), true);
  kept.set("b", 1);
  assert.deepEqual(["a", "b"].map((key) => kept.has(key)), [false, true]);
});

test("an answer that comes again takes its room once", () => {
  const kept = new KeptAnswers();
  kept.set("a", large("a"));
  for (let times = 0; times < 5; times++) kept.set("b", large("b"));
  assert.equal(kept.has("a"), true);
});
