// What an exported file answers: pages, filters, parts of texts and words found in the answers that it encloses.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EnclosedSource } from "../src/enclosed.ts";
import { NoAnswer } from "../src/source.ts";

const BUNDLE = "0123456789ab";
const names = { "tool_call/call_1": "tool:1" };

function source(answers: Record<string, unknown>, more: object = {}): EnclosedSource {
  const enclosed = Object.fromEntries(Object.entries(answers).map(([key, answer]) => [key, { answer, as_of: 9, names }]));
  return new EnclosedSource(Promise.resolve({ key: BUNDLE, name: "trace-1", answers: enclosed, items: {}, comparable: [], settings_before_items: ["model"], payloads_left_out: 0, is_redacted: false, ...more }));
}

async function told(from: EnclosedSource, question: string): Promise<any> {
  return ((await from.fetch(`rollouts/${BUNDLE}/${question}`)) as { answer: unknown }).answer;
}

const list = (entries: unknown[]) => ({ offset: 0, total: entries.length, entries });

test("a list is cut into pages", async () => {
  const numbers = Array.from({ length: 25 }, (_, index) => index);
  assert.deepEqual(await told(source({ failures: list(numbers) }), "failures?limit=10&offset=20"), { offset: 20, total: 25, entries: [20, 21, 22, 23, 24] });
});

test("the answer has its names", async () => {
  assert.deepEqual(await source({ usage: { total: 1 } }).fetch(`rollouts/${BUNDLE}/usage`), { answer: { total: 1 }, as_of: 9, names });
});

test("a list is filtered by agent, tool and outcome", async () => {
  const call = (thread_id: string, tool: string, exit_code: number | null) => ({ thread_id, tool, outcome: { status: "completed", unfinished: null, exit_code } });
  const calls = [call("a", "exec", 0), call("b", "exec", 1), call("b", "read", null)];
  const from = source({ tools: list(calls) });
  assert.equal((await told(from, "tools?faults_only=false")).total, 3);
  assert.deepEqual((await told(from, "tools?faults_only=true&thread=b")).entries, [calls[1]]);
  assert.deepEqual((await told(from, "tools?tool=read")).entries, [calls[2]]);
});

test("what an agent sent and got is found by the agent", async () => {
  const went = [{ sender: "a", receiver: "b" }, { sender: "b", receiver: "a" }, { sender: "c", receiver: null }];
  assert.equal((await told(source({ passages: list(went) }), "passages?thread=a")).total, 2);
});

test("an item stands in place of its id", async () => {
  const from = source({ "conversation?thread=t": list([{ index: 0, item: "i1" }]), "compactions/items?choice=kept&seq=3": list(["i1"]) }, { items: { i1: { text: "hello" } } });
  assert.deepEqual((await told(from, "conversation?thread=t")).entries, [{ index: 0, item: { text: "hello" } }]);
  assert.deepEqual((await told(from, "compactions/items?seq=3&choice=kept")).entries, [{ text: "hello" }]);
});

test("a request shows what the request before it shows, and its own after that", async () => {
  const shown = (index: number, is_new: boolean, is_in_shared_prefix = !is_new) => ({ index, is_new, is_vanished: false, is_in_shared_prefix, item: `i${index}` });
  const from = source(
    {
      "request/items?request=r1": { ...list([0, 1, 2].map((index) => shown(index, true))), begins_as: null },
      "request/items?request=r2": { offset: 2, total: 4, entries: [2, 3].map((index) => shown(index, true)), begins_as: "r1" },
      "request/items?request=r3": { offset: 4, total: 5, entries: [shown(4, true)], begins_as: "r2" },
    },
    { items: Object.fromEntries([0, 1, 2, 3, 4].map((index) => [`i${index}`, { text: `${index}` }])) },
  );
  const entry = (index: number, is_new: boolean) => ({ ...shown(index, is_new), item: { text: `${index}` } });
  const old = (index: number) => entry(index, false);
  assert.deepEqual(await told(from, "request/items?request=r3&limit=10"), { offset: 0, total: 5, entries: [old(0), old(1), old(2), old(3), entry(4, true)] });
  assert.deepEqual(await told(from, "request/items?request=r3&offset=1&limit=2"), { offset: 1, total: 5, entries: [old(1), old(2)] });
  assert.deepEqual((await told(from, "request/items?request=r2&offset=2&limit=9")).entries, [entry(2, true), entry(3, true)]);
  assert.deepEqual((await told(from, "request/items?request=r3&offset=7&limit=2")).entries, []);
});

test("parameters are known whatever their order and signs", async () => {
  const from = source({ "object?id=a b&c=d/ü&kind=thread": { name: "x" } });
  assert.deepEqual(await told(from, "object?kind=thread&id=a+b%26c%3Dd%2F%C3%BC"), { name: "x" });
});

test("what is so by default need not be asked", async () => {
  const from = source({ "request/items?request=r": list([]), "compactions/items?seq=3": list([]) });
  for (const question of ["request/items?request=r", "request/items?choice=all&request=r", "compactions/items?choice=dropped&seq=3"]) {
    assert.equal((await told(from, question)).total, 0);
  }
});

test("a text is cut by characters", async () => {
  const from = source({ "object/text?id=i&kind=k&title=t": { offset: 0, characters: 4, text: "a😀bc" } });
  assert.deepEqual(await told(from, "object/text?id=i&kind=k&title=t&offset=1&limit=2"), { offset: 1, characters: 4, text: "😀b" });
});

const SAID = { ref: { kind: "tool_call", object_id: "call_1" }, name: "tool:1", what: "exec", thread_id: "t", texts: { asked: { text: "one\nls (a.b)\n" } } };

test("words are found in the texts of objects, as they stand", async () => {
  const from = source({ "object?id=call_1&kind=tool_call": SAID });
  const page = await told(from, "search?text=(A.B&is_pattern=false&match_case=false");
  assert.deepEqual(page.entries, [
    { holder: SAID.ref, what: "exec", thread_id: "t", before: "ls ", match: "(a.b", after: ")", payload: null, position: null },
  ]);
  assert.equal((await told(from, "search?text=(A.B&match_case=true")).total, 0);
  assert.equal((await told(from, "search?text=^l.&is_pattern=true")).total, 1);
  await assert.rejects(told(from, "search?text=(&is_pattern=true"), /no pattern/);
});

const found = async (from: EnclosedSource, words: string) =>
  (await told(from, `search?text=${words}`)).entries.map(({ holder, before, match, after, payload, position }: any) => [
    `${holder.kind}/${holder.object_id}`, before + match + after, payload, position?.line ?? null,
  ]);

test("hits come with the names of what they mention", async () => {
  const from = source({ "object?id=call_1&kind=tool_call": SAID });
  assert.deepEqual(((await from.fetch(`rollouts/${BUNDLE}/search?text=ls`)) as { names: unknown }).names, { "tool_call/call_1": "tool:1" });
});

test("of a long text the whole is searched, of which an object tells the beginning", async () => {
  const from = source({
    "object?id=call_1&kind=tool_call": { ...SAID, texts: { asked: { offset: 0, characters: 30, text: "the beginning" } } },
    "object/text?id=call_1&kind=tool_call&title=asked": { offset: 0, characters: 30, text: "the beginning\nand the needle" },
  });
  assert.deepEqual(await found(from, "needle"), [["tool_call/call_1", "and the needle", null, null]]);
});

test("an item is searched in each of its wordings", async () => {
  const item = (text: string) => ({ item_id: "i1", text: { offset: 0, characters: text.length, text } });
  const from = source(
    { "object?id=i1&kind=conversation_item": { ref: { kind: "conversation_item", object_id: "i1" }, name: "item:1", what: "", thread_id: "t", texts: { text: item("a cut").text } } },
    { items: { i1: item("a cut"), "i1'": item("a cut needle") } },
  );
  assert.deepEqual(await found(from, "needle"), [["conversation_item/i1", "a cut needle", null, null]]);
});

test("what an item says beside its text is searched, its ids are not", async () => {
  const json = { text: JSON.stringify({ type: "function_call", call_id: "a needle", name: "needle_tool" }) };
  assert.deepEqual(await found(source({ "item?item=i1": { item_id: "i1", payload: { raw_payload_id: "p1" }, text: json } }), "needle"), [
    ["conversation_item/i1", "needle_tool", "p1", null],
  ]);
});

const payload = (raw_payload_id: string, type: string, value: unknown) => ({ payload: { raw_payload_id, kind: { type }, path: "" }, text: JSON.stringify(value) });

test("a payload is searched for the object that names it, a history not again with every request", async () => {
  const request = { instructions: "the needle of instructions", input: [{ text: "a needle that items have" }] };
  const from = source({
    "object/named-by?id=p1&kind=raw_payload": list([{ ref: { kind: "terminal_operation", object_id: "o1" }, field: "" }, { ref: SAID.ref, field: "" }]),
    "payload?payload=p1": payload("p1", "tool_result", { out: [{ deep: "one\nthe needle" }] }),
    "payload?payload=p2": payload("p2", "inference_request", request),
    "payload?payload=p3": payload("p3", "inference_request", request),
  });
  assert.deepEqual(await found(from, "needle"), [
    ["tool_call/call_1", "the needle", "p1", null],
    ["raw_payload/p2", "the needle of instructions", "p2", null],
  ]);
});

test("what only an event says is searched, its ids are not", async () => {
  const line = { seq: 7, line: 8, touched: [SAID.ref], text: { text: JSON.stringify({ thread_id: "needle", payload: { type: "t", reason: "a needle" } }) } };
  assert.deepEqual(await found(source({ events: list([line]) }), "needle"), [["tool_call/call_1", "a needle", null, 8]]);
});

test("a line that an object has twice is one hit", async () => {
  const from = source({ "object?id=call_1&kind=tool_call": { ...SAID, texts: { asked: { text: "needle" }, told: { text: "needle" } } } });
  assert.equal((await found(from, "needle")).length, 1);
});

test("words are found whatever the case of letters that have another length in small", async () => {
  const from = source({ "object?id=call_1&kind=tool_call": { ...SAID, texts: { asked: { text: "İİ NEEDLE ΟΔΟΣ" } } } });
  assert.deepEqual(await told(from, "search?text=needle").then(({ entries: [hit] }) => [hit.before, hit.match]), ["İİ ", "NEEDLE"]);
  assert.equal((await found(from, "οδος")).length, 1);
});

test("words that stand in too many lines are refused, as the server does", async () => {
  const text = Array.from({ length: 100_001 }, (_, index) => `a${index}`).join("\n");
  const from = source({ "object?id=call_1&kind=tool_call": { ...SAID, texts: { asked: { text } } } });
  await assert.rejects(told(from, "search?text=a"), /stands in more than 100,000 lines/);
  assert.equal((await told(from, "search?text=a1")).total > 10_000, true);
});

test("a search says which files it could not look in, and that a redacted file has no texts", async () => {
  assert.equal(await source({}).notSearched(), null);
  assert.match((await source({}, { payloads_left_out: 2 }).notSearched()) ?? "", /2 payload files/);
  await assert.rejects(told(source({}, { is_redacted: true }), "search?text=a"), /texts were left out/);
});

test("an object is found by its id, its name, or the beginning of one", async () => {
  const from = source({ "object?id=call_1&kind=tool_call": SAID, "object?id=call_2&kind=tool_call": { ...SAID, ref: { kind: "tool_call", object_id: "call_2" }, name: "tool:2" } });
  for (const words of ["call_1", "tool:1"]) assert.deepEqual(await told(from, `named?words=${words}`), SAID.ref);
  await assert.rejects(told(from, "named?words=tool"), /2 objects have/);
  await assert.rejects(told(from, "named?words=nothing"), /no object has/);
});

/** Requests that showed items named after what they say, each at its own time, in the order given. */
function requests(shown: Record<string, string[]>, settings: Record<string, number> = { model: 1 }): EnclosedSource {
  const answers: Record<string, unknown> = { compactions: list([]) };
  const items: Record<string, unknown> = {};
  const comparable = [];
  let before: number[] = [];
  for (const [request, words] of Object.entries(shown)) {
    const keys = words.map((word, place) => `${request}-${place}-${word}`);
    for (const key of keys) items[key] = { item_id: key };
    answers[`request?request=${request}`] = { inference_call_id: request, thread_id: "t", usage: null, execution: { started_seq: comparable.length, started_at_unix_ms: 0 } };
    answers[`request/items?request=${request}`] = { ...list(keys.map((item, index) => ({ index, item }))), begins_as: null };
    const contents = words.map((word) => word.charCodeAt(0));
    let same = 0;
    while (same < before.length && before[same] === contents[same]) same++;
    comparable.push({ inference_call_id: request, same, contents: contents.slice(same), settings: request === "other model" ? { model: 2 } : settings });
    before = contents;
  }
  return source(answers, { items, comparable });
}

test("a request is compared with any other", async () => {
  const from = requests({ first: ["a", "b"], second: ["a", "b", "c"], third: ["a", "x", "c", "d"], "other model": ["a", "b"] });
  const grown = await told(from, "request?request=second&against=first");
  assert.deepEqual([grown.new, grown.vanished, grown.shared_prefix, grown.broken_at, grown.keeps_cache], [1, 0, 2, null, true]);
  const broken = await told(from, "request?request=third&against=first");
  assert.deepEqual([broken.new, broken.vanished, broken.shared_prefix, broken.keeps_cache], [3, 1, 1, false]);
  assert.deepEqual([broken.broken_by, broken.broken_at], ["third-1-x", "first-1-b"]);
  const moved = await told(from, "request?request=other+model&against=first");
  assert.deepEqual([moved.shared_prefix, moved.changed_settings, moved.keeps_cache], [2, ["model"], false]);
});

test("what is new in a request against any other, and what of that has gone", async () => {
  const from = requests({ first: ["a", "b"], second: ["a", "b", "c"], third: ["a", "x", "c", "d"] });
  const shown = async (choice: string) => (await told(from, `request/items?request=third&against=first&choice=${choice}`)).entries.map(({ index, is_new, is_vanished, item }: any) => [index, is_new, is_vanished, item.item_id]);
  assert.deepEqual(await shown("new"), [[1, true, false, "third-1-x"], [2, true, false, "third-2-c"], [3, true, false, "third-3-d"]]);
  assert.deepEqual(await shown("vanished"), [[1, false, true, "first-1-b"]]);
  assert.deepEqual((await told(from, "request/items?request=third&against=second&offset=2&limit=1")).entries.map(({ is_new, item }: any) => [is_new, item.item_id]), [[false, "third-2-c"]]);
});

test("a request whose items are lost is not compared", async () => {
  const known = { "request?request=r": { usage: null }, "request?request=s": { usage: null } };
  await assert.rejects(told(source(known), "request?request=r&against=s"), /cannot be compared/);
  await assert.rejects(told(requests({ r: ["a"] }), "request?request=r&against=nobody"), /no request `nobody`/);
});

test("what the file does not have is said", async () => {
  await assert.rejects(told(source({}), "events"), (error) => error instanceof NoAnswer && /bundle itself has it/.test(error.message));
  await assert.rejects(told(source({}, { is_redacted: true }), "events"), /texts were left out/);
  await assert.rejects(told(source({ usage: {} }), "usage?at=3"), /one moment only/);
  await assert.rejects(source({}).fetch("fleet"), /one rollout/);
});

test("the list of bundles has the one rollout", async () => {
  const { bundles } = (await source({}).fetch("bundles?limit=1")) as { bundles: { entries: { key: string }[] } };
  assert.deepEqual(bundles.entries.map(({ key }) => key), [BUNDLE]);
});
