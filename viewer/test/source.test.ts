import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { Asker, NoAnswer, ServerSource, isAborted, libraryQuestion, rolloutQuestion } from "../src/source.ts";

const BUNDLE = "0123456789ab";
const forever = new AbortController().signal;

/** A server on loopback that answers with these, one after the other, and what it was asked. */
async function withServer(answers: ReadonlyArray<readonly [number, string]>, use: (asked: string[]) => Promise<void>): Promise<void> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)] ?? [500, ""];
    asked.push(request.url ?? "");
    response.writeHead(status, { "content-type": "application/json" }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { fetch } = globalThis;
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  globalThis.fetch = (input, init) => fetch(`${origin}${String(input)}`, init); // a page's own origin
  try {
    await use(asked);
  } finally {
    globalThis.fetch = fetch;
    server.close();
    server.closeAllConnections();
  }
}

test("equal questions have equal paths, and what is left open is left out", () => {
  assert.equal(rolloutQuestion(BUNDLE, null, "timeline", { offset: 0, limit: 100, thread: null }).path, `rollouts/${BUNDLE}/timeline?limit=100&offset=0`);
  assert.equal(rolloutQuestion(BUNDLE, 12, "object", { id: "a/b&c", kind: "tool_call" }).path, `rollouts/${BUNDLE}/object?at=12&id=a%2Fb%26c&kind=tool_call`);
  assert.equal(libraryQuestion("fleet", {}).path, "fleet");
});

test("an answer is asked for once a revision", async () => {
  await withServer([[200, '{"n":1}'], [200, '{"n":2}']], async (asked) => {
    const asker = new Asker(new ServerSource());
    const question = libraryQuestion("fleet", {});
    assert.deepEqual(await asker.ask(question, 0, forever), { n: 1 });
    assert.deepEqual(await asker.ask(question, 0, forever), { n: 1 });
    assert.deepEqual(await asker.ask(question, 1, forever), { n: 2 });
    assert.deepEqual(asked, ["/api/1/fleet", "/api/1/fleet"]);
  });
});

test("while a bundle is read, its question is asked again and its progress told", async () => {
  const reading = (bytes: number) => [202, `{"bytes_read":${bytes},"bytes_in_log":100}`] as const;
  await withServer([reading(10), reading(60), [200, '{"answer":1}']], async (asked) => {
    const told: number[] = [];
    const answer = await new Asker(new ServerSource()).ask(rolloutQuestion(BUNDLE, null, "check", {}), 0, forever, ({ done }) => told.push(done));
    assert.deepEqual(answer, { answer: 1 });
    assert.deepEqual(told, [10, 60]);
    assert.equal(asked.length, 3);
  });
});

test("a problem is said with the server's sentence, is not kept, and not asked again in silence", async () => {
  await withServer([[404, '{"code":"no-object","sentence":"There is no tool call x."}'], [200, '{"n":1}']], async (asked) => {
    const asker = new Asker(new ServerSource());
    const question = libraryQuestion("fleet", {});
    await assert.rejects(asker.ask(question, 0, forever), (error) => error instanceof NoAnswer && error.message === "There is no tool call x.");
    assert.equal(asked.length, 1);
    assert.deepEqual(await asker.ask(question, 0, forever), { n: 1 });
  });
});

test("an answer that is no JSON is a problem too", async () => {
  await withServer([[500, "<html>"]], async () => {
    await assert.rejects(new Asker(new ServerSource()).ask(libraryQuestion("fleet", {}), 0, forever), /status 500 and no JSON/);
  });
});

test("a question that nobody waits for is dropped", async () => {
  await withServer([[202, '{"bytes_read":1,"bytes_in_log":2}']], async () => {
    const stop = new AbortController();
    const asking = new Asker(new ServerSource()).ask(libraryQuestion("fleet", {}), 0, stop.signal, () => stop.abort());
    await assert.rejects(asking, isAborted);
  });
});
