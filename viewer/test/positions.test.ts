import assert from "node:assert/strict";
import { test } from "node:test";
import { keepPosition, positionOf } from "../src/positions.ts";

test("where something was left is known until three hundred others were left", () => {
  assert.equal(positionOf("first"), null);
  keepPosition("first", "1");
  for (let number = 0; number < 299; number++) keepPosition(`other ${number}`, "2");
  assert.equal(positionOf("first"), "1");
  keepPosition("first", "3");
  keepPosition("one more", "2");
  assert.equal(positionOf("first"), "3");
  assert.equal(positionOf("other 0"), null);
});
