import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { indexOfLine } from "../src/places/line_index.ts";

/** A log of which these lines are not blank; notes what was asked. */
function logOf(lines: ReadonlyArray<number>) {
  const asked: number[] = [];
  const entryAt = async (index: number) => {
    asked.push(index);
    return { total: lines.length, line: lines[index] };
  };
  return { asked, entryAt };
}

test("a line of a log without blank lines is found at once", async () => {
  const { asked, entryAt } = logOf([1, 2, 3, 4, 5]);
  equal(await indexOfLine(4, entryAt), 3);
  deepEqual(asked, [3]);
});

test("blank lines before it are not counted", async () => {
  const { entryAt } = logOf([1, 4, 5, 9]);
  equal(await indexOfLine(4, entryAt), 1);
  equal(await indexOfLine(5, entryAt), 2);
  equal(await indexOfLine(9, entryAt), 3);
});

test("a blank line, and one behind the end, is nowhere", async () => {
  const { entryAt } = logOf([1, 4, 5, 9]);
  equal(await indexOfLine(2, entryAt), null);
  equal(await indexOfLine(1_000_000, entryAt), null);
});
