import assert from "node:assert/strict";
import { test } from "node:test";
import { HOME, addressOf, hashOf, refOf } from "../src/address.ts";

const BUNDLE = "0123456789ab";

test("no hash is the list of bundles", () => {
  assert.deepEqual(addressOf(""), HOME);
  assert.deepEqual(addressOf("#/"), HOME);
  assert.equal(hashOf(HOME), "#/");
});

test("a bundle alone is its overview", () => {
  assert.deepEqual(addressOf(`#/${BUNDLE}`), { ...HOME, bundle: BUNDLE, place: "overview" });
});

test("an address survives being written and read", () => {
  const addresses = [
    { ...HOME, place: "fleet" },
    { ...HOME, place: "compare", sides: [BUNDLE, "ba9876543210"] as const },
    { ...HOME, options: { order: "cost", text: "a b&c=d#e?f" } },
    { ...HOME, bundle: BUNDLE, place: "timeline", at: 12, select: { kind: "tool_call", object_id: "call_1" } as const },
    { ...HOME, bundle: BUNDLE, place: "object", object: { kind: "code_cell", object_id: "code_cell:a/b?c#d%e f" } as const },
    { ...HOME, bundle: BUNDLE, place: "events", select: { kind: "raw_payload", object_id: "raw_payload:‮\u0000💡/x" } as const },
  ];
  for (const address of addresses) assert.deepEqual(addressOf(hashOf(address)), address);
});

test("an address can be read by people", () => {
  const select = { kind: "conversation_item", object_id: "conversation_item:12" } as const;
  assert.equal(
    hashOf({ ...HOME, bundle: BUNDLE, place: "timeline", at: 3, select }),
    `#/${BUNDLE}/timeline?at=3&select=conversation_item/conversation_item:12`,
  );
});

test("what cannot be understood is left out, and is no error", () => {
  assert.equal(addressOf(`#/${BUNDLE}/timeline?at=-1`).at, null);
  assert.equal(addressOf(`#/${BUNDLE}/timeline?at=1e9`).at, null);
  assert.equal(addressOf(`#/${BUNDLE}/timeline?select=nothing/1`).select, null);
  assert.equal(addressOf(`#/${BUNDLE}/object/toString/1`).object, null);
  assert.equal(addressOf(`#/${BUNDLE}/object/tool_call`).object, null);
  assert.equal(addressOf("#/compare/left").sides, null);
  assert.equal(addressOf("#/%E0%A4%A/x").place, "%E0%A4%A");
  assert.equal(refOf("tool_call/"), null);
  assert.equal(refOf("tool_call"), null);
});

test("of an event that is none it is known what was asked for", () => {
  assert.equal(addressOf(`#/${BUNDLE}/timeline?at=abc`).noEvent, "abc");
  assert.equal(addressOf(`#/${BUNDLE}/timeline?at=12`).noEvent, null);
  assert.equal(hashOf(addressOf(`#/${BUNDLE}/timeline?at=abc`)), `#/${BUNDLE}/timeline`);
});

test("an id may have slashes of its own", () => {
  assert.deepEqual(refOf("thread//root/worker"), { kind: "thread", object_id: "/root/worker" });
});
