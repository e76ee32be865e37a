import assert from "node:assert/strict";
import { test } from "node:test";
import { KEYS, KeyReader } from "../src/keyboard.ts";

const reader = () => new KeyReader(() => ["?", "j", "g b", "g t", "d"]);

test("a key of the table is read at once", () => {
  assert.deepEqual(reader().press("?", 0), { keys: "?" });
});

test("a key that is not in the table leads to nothing", () => {
  assert.equal(reader().press("x", 0), null);
});

test("keys after each other are read together", () => {
  const keys = reader();
  assert.equal(keys.press("g", 0), "waiting");
  assert.deepEqual(keys.press("t", 500), { keys: "g t" });
  assert.equal(keys.press("t", 600), null);
});

test("a key is forgotten when the next comes too late", () => {
  const keys = reader();
  assert.equal(keys.press("g", 0), "waiting");
  assert.equal(keys.press("t", 2_000), null);
});

test("a key that does not go on with what was begun is read by itself", () => {
  const keys = reader();
  keys.press("g", 0);
  assert.deepEqual(keys.press("j", 100), { keys: "j" });
  keys.press("g", 200);
  assert.equal(keys.press("g", 300), "waiting");
  assert.deepEqual(keys.press("b", 400), { keys: "g b" });
});

test("no key of the table hides another", () => {
  const keys = KEYS.map((line) => line.keys);
  assert.equal(new Set(keys).size, keys.length);
  assert.ok(!keys.includes("g"), "g begins the keys of places");
});
