import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, brief, bytes, counted, duration, exact, exactMoment, money, percent, since } from "../src/parts/format.ts";

const each = <Value>(format: (value: Value) => string, cases: ReadonlyArray<readonly [Value, string]>) => {
  for (const [value, text] of cases) assert.equal(format(value), text);
};

test("an exact number has groups of three", () => {
  each(exact, [
    [0, "0"],
    [999, "999"],
    [12_408, "12,408"],
    [1_234_567, "1,234,567"],
    [-1_000, "−1,000"],
    [1_234.5, "1,234.5"],
  ]);
});

test("a brief number has three digits that tell, and never 1,000 of a unit", () => {
  each(brief, [
    [940, "940"],
    [9_999, "9,999"],
    [10_000, "10.0 k"],
    [12_408, "12.4 k"],
    [999_499, "999 k"],
    [999_500, "1.00 M"],
    [3_123_456, "3.12 M"],
    [4_500_000_000, "4.50 G"],
  ]);
});

test("a duration has the unit that suits it, and no minute of 60 seconds", () => {
  each(duration, [
    [0, "0 ms"],
    [45, "45 ms"],
    [340, "0.3 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min 00 s"],
    [65_000, "1 min 05 s"],
    [3_599_499, "59 min 59 s"],
    [3_599_500, "1 h 00 min"],
    [11_520_000, "3 h 12 min"],
    [86_399_999, "1 d 0 h"],
    [190_000_000, "2 d 5 h"],
    [-2_000, "−2.0 s"],
  ]);
});

test("bytes are counted in thousands", () => {
  each(bytes, [
    [0, "0 B"],
    [812, "812 B"],
    [12_400, "12.4 kB"],
    [127_000_000, "127 MB"],
  ]);
});

test("money has cents where they say enough, and never shows something as nothing", () => {
  each(money, [
    ["0", "$0"],
    ["0.00001", "<$0.0001"],
    ["0.0042", "$0.0042"],
    ["0.137", "$0.14"],
    ["12.5", "$12.50"],
    ["1234.56", "$1,235"],
  ]);
});

test("only nothing is 0%, and only all is 100%", () => {
  assert.equal(percent(0, 1_000), "0%");
  assert.equal(percent(1, 1_000), "<1%");
  assert.equal(percent(820, 1_000), "82%");
  assert.equal(percent(999, 1_000), ">99%");
  assert.equal(percent(1_000, 1_000), "100%");
  assert.equal(percent(0, 0), "–");
});

test("a moment may be told by what passed since another", () => {
  assert.equal(since(2_810, 0), "+2.81 s");
  assert.equal(since(250_000, 0), "+4 min 10 s");
  assert.equal(since(0, 2_000), "−2.0 s");
});

test("how long ago a moment was", () => {
  assert.equal(ago(0, 59_000), "just now");
  assert.equal(ago(0, 300_000), "5 min ago");
  assert.equal(ago(0, 7_200_000), "2 h ago");
  assert.equal(ago(0, 260_000_000), "3 d ago");
});

test("an exact moment is in UTC; a number that is no moment is said as it is", () => {
  assert.equal(exactMoment(1_795_261_514_120), "2026-11-21 11:45:14.120 UTC");
  assert.equal(exactMoment(9e18), "9000000000000000000 ms since 1970");
});

test("a count agrees with its noun", () => {
  assert.equal(counted(1, "event"), "1 event");
  assert.equal(counted(1_200, "event"), "1,200 events");
  assert.equal(counted(2, "entry", "entries"), "2 entries");
});
