import assert from "node:assert/strict";
import { test } from "node:test";
import { PageCache } from "../src/page_cache.ts";

const numbers = (offset: number, total: number, limit = 10) => ({
  offset,
  total,
  entries: Array.from({ length: Math.max(0, Math.min(limit, total - offset)) }, (_, index) => offset + index),
});

const listOf = (total: number) => {
  const list = new PageCache<number>(10);
  list.put(numbers(0, total), list.asOf);
  return list;
};

test("of a list of which nothing is known, the first page is missing", () => {
  const list = new PageCache<number>(10);
  assert.deepEqual(list.missing(0, 0), [0]);
  assert.deepEqual(list.missing(500, 520), [0]);
  assert.equal(list.total, null);
  assert.equal(list.at(0), undefined);
});

test("pages that come into view are missing until they have come", () => {
  const list = listOf(100);
  assert.deepEqual(list.missing(0, 9), []);
  assert.deepEqual(list.missing(5, 34), [10, 20, 30]);
  list.put(numbers(20, 100), list.asOf);
  assert.deepEqual(list.missing(5, 34), [10, 30]);
  assert.equal(list.at(23), 23);
  assert.equal(list.at(13), undefined);
});

test("nothing beyond the end is missing", () => {
  assert.deepEqual(listOf(25).missing(0, 99), [10, 20]);
  assert.deepEqual(listOf(0).missing(0, 50), []);
});

test("a list that has changed is shown as it was until it has been fetched again", () => {
  const list = listOf(100);
  list.outdate();
  assert.equal(list.at(3), 3);
  assert.deepEqual(list.missing(0, 9), [0]);
});

test("a list that has grown tells its new length by any page, also if all of its pages were full", () => {
  const list = listOf(20);
  list.put(numbers(10, 20), list.asOf);
  list.outdate();
  assert.deepEqual(list.missing(3, 7), [0]);
  list.put(numbers(0, 32), list.asOf);
  assert.equal(list.total, 32);
});

test("a page that was asked for before the list changed is shown, and fetched again", () => {
  const list = listOf(100);
  const asOf = list.asOf;
  list.outdate();
  list.put(numbers(10, 100), asOf);
  assert.equal(list.at(12), 12);
  assert.deepEqual(list.missing(10, 19), [10]);
});

test("what a list has lost is gone", () => {
  const list = listOf(100);
  list.put(numbers(90, 100), list.asOf);
  list.put(numbers(0, 20), list.asOf);
  assert.equal(list.at(95), undefined);
  assert.equal(list.total, 20);
});
