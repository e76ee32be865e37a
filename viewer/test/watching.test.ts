import assert from "node:assert/strict";
import { test } from "node:test";
import { Asker, NoAnswer, type Question, type Source } from "../src/source.ts";
import { AnswerWatch, PagesWatch } from "../src/watching.ts";

/** A source whose answers come when the test says so. */
class HeldSource implements Source {
  readonly isEnclosed = false;
  readonly asked: string[] = [];
  private readonly held = new Map<string, { resolve: (told: unknown) => void; reject: (error: unknown) => void }>();

  fetch(path: string, signal: AbortSignal): Promise<unknown> {
    this.asked.push(path);
    return new Promise((resolve, reject) => {
      this.held.set(path, { resolve, reject });
      signal.addEventListener("abort", () => {
        this.asked.push(`dropped ${path}`);
        reject(new DOMException("aborted", "AbortError"));
      });
    });
  }

  async answer(path: string, told: unknown): Promise<void> {
    const held = this.held.get(path);
    assert.ok(held, `${path} was not asked`);
    if (told instanceof Error) held.reject(told);
    else held.resolve(told);
    await settled();
  }

  changes(): null {
    return null;
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const about = (subject: string, at?: number): Question<string> => ({ subject, path: at === undefined ? subject : `${subject}@${at}` });

function watching() {
  const source = new HeldSource();
  const watch = new AnswerWatch<string>(new Asker(source), () => {});
  const turnTo = (question: Question<string> | null, revision = 0) => {
    watch.turnTo(question, revision);
    watch.ask();
  };
  return { source, watch, turnTo };
}

test("an answer is shown when it has come", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  assert.equal(watch.answer, undefined);
  await source.answer("a", "told");
  assert.equal(watch.answer, "told");
});

test("while a log grows, the last answer is shown until the next has come", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  await source.answer("a", "first");
  turnTo(about("a"), 1);
  assert.equal(watch.answer, "first");
  await source.answer("a", "second");
  assert.equal(watch.answer, "second");
});

test("a question that is under way is not dropped for something newer; the newest is asked for after it", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  turnTo(about("a"), 1);
  turnTo(about("a"), 2);
  assert.deepEqual(source.asked, ["a"]);
  await source.answer("a", "first");
  assert.equal(watch.answer, "first");
  assert.deepEqual(source.asked, ["a", "a"]);
  await source.answer("a", "latest");
  assert.equal(watch.answer, "latest");
  assert.deepEqual(source.asked, ["a", "a"]);
});

test("another moment keeps what is shown until its answer has come, and drops what was asked", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  await source.answer("a", "the end");
  turnTo(about("a", 5));
  turnTo(about("a", 6));
  assert.equal(watch.answer, "the end");
  assert.deepEqual(source.asked, ["a", "a@5", "dropped a@5", "a@6"]);
  await source.answer("a@6", "as of 6");
  assert.equal(watch.answer, "as of 6");
});

test("a moment of which there is no answer does not show that of another", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  await source.answer("a", "the end");
  turnTo(about("a", 5));
  await source.answer("a@5", new NoAnswer("none", "There was none yet."));
  assert.equal(watch.answer, undefined);
  assert.equal(watch.error, "There was none yet.");
  assert.deepEqual(source.asked, ["a", "a@5"]);
});

test("another question begins with nothing", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  await source.answer("a", "told");
  turnTo(about("b"));
  assert.equal(watch.answer, undefined);
});

test("an error is tried again when one asks for it", async () => {
  const { source, watch, turnTo } = watching();
  turnTo(about("a"));
  await source.answer("a", new NoAnswer("none", "no"));
  watch.ask();
  assert.deepEqual(source.asked, ["a"]);
  watch.retry();
  assert.equal(watch.error, undefined);
  await source.answer("a", "told");
  assert.equal(watch.answer, "told");
});

test("what two want to know is asked once, and dropped only when neither waits", async () => {
  const source = new HeldSource();
  const asker = new Asker(source);
  const watches = [0, 1].map(() => new AnswerWatch<string>(asker, () => {}));
  for (const watch of watches) {
    watch.turnTo(about("a"), 0);
    watch.ask();
  }
  watches[0]?.stop();
  assert.deepEqual(source.asked, ["a"]);
  await source.answer("a", "told");
  assert.equal(watches[1]?.answer, "told");
});

const numbers = (offset: number, total: number) => ({
  offset,
  total,
  entries: Array.from({ length: Math.max(0, Math.min(100, total - offset)) }, (_, index) => `${offset + index}`),
});

function watchingPages() {
  const source = new HeldSource();
  type Told = ReturnType<typeof numbers>;
  const watch = new PagesWatch<Told, string>(new Asker(source), () => {});
  const turnTo = (at: number | null, revision: number) => {
    watch.turnTo((offset) => ({ subject: "list", path: `${at} ${offset}` }), (told) => told, revision);
    watch.ask();
  };
  return { source, watch, turnTo };
}

test("only pages in view are asked for", async () => {
  const { source, watch, turnTo } = watchingPages();
  turnTo(null, 0);
  await source.answer("null 0", numbers(0, 1_000));
  watch.need(350, 420);
  assert.deepEqual(source.asked, ["null 0", "null 300", "null 400"]);
  await source.answer("null 300", numbers(300, 1_000));
  assert.equal(watch.at(350), "350");
  assert.equal(watch.at(420), undefined);
});

test("an empty list is asked for once", async () => {
  const { source, watch, turnTo } = watchingPages();
  turnTo(null, 0);
  await source.answer("null 0", numbers(0, 0));
  watch.need(0, 0);
  assert.equal(watch.total, 0);
  assert.deepEqual(source.asked, ["null 0"]);
});

test("while a log grows, the pages in view are asked for again, and no others", async () => {
  const { source, watch, turnTo } = watchingPages();
  turnTo(null, 0);
  await source.answer("null 0", numbers(0, 200));
  watch.need(120, 140);
  await source.answer("null 100", numbers(100, 200));
  turnTo(null, 1);
  assert.deepEqual(source.asked, ["null 0", "null 100", "null 100"]);
  assert.equal(watch.at(3), "3");
  await source.answer("null 100", numbers(100, 250));
  assert.equal(watch.total, 250);
});

test("a list at another moment keeps its rows until the others have come", async () => {
  const { source, watch, turnTo } = watchingPages();
  turnTo(null, 0);
  await source.answer("null 0", numbers(0, 150));
  turnTo(7, 0);
  assert.equal(watch.at(3), "3");
  await source.answer("7 0", numbers(0, 2));
  assert.equal(watch.total, 2);
  assert.equal(watch.at(3), undefined);
});
