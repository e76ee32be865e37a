// An answer, or a long list, that is watched: asked for, shown, and asked for again when what it is about changes.
//
// Owns what is seen in between. While a log grows, or another moment is looked at, the last answer stays to be seen until
// the new one has come; a question that is under way is not dropped because there is something newer still, or nothing
// would ever come of a log that grows quickly. Another question begins with nothing.

import type { Page } from "./interface.ts";
import { PageCache } from "./page_cache.ts";
import { type Asker, type Progress, type Question, isAborted, keyOf } from "./source.ts";

/** Watches one answer. `changed` is called whenever there is something else to show. */
export class AnswerWatch<Told> {
  answer: Told | undefined;
  progress: Progress | undefined;
  error: string | undefined;
  private question: Question<Told> | null = null;
  private revision = 0;
  /** What `answer` answers, or `error` denies. */
  private told: string | undefined;
  private underWay: { readonly path: string; readonly stop: AbortController } | undefined;

  constructor(
    private readonly asker: Asker,
    private readonly changed: () => void,
  ) {}

  /** Watch this from now on. Shows what is known of it, and asks nothing yet. */
  turnTo(question: Question<Told> | null, revision: number): void {
    if (question?.path === this.question?.path && revision === this.revision) return;
    if (question?.subject !== this.question?.subject) this.clear();
    if (question?.path !== this.question?.path) {
      this.abort();
      this.error = undefined;
    }
    this.question = question;
    this.revision = revision;
    const known = question === null ? undefined : this.asker.known(question, revision);
    if (known !== undefined) this.show(known);
  }

  /** Ask, if what is shown is not the answer. */
  ask(): void {
    const { question, revision } = this;
    if (question === null || this.underWay !== undefined || this.told === keyOf(question, revision)) return;
    const stop = new AbortController();
    this.underWay = { path: question.path, stop };
    const key = keyOf(question, revision);
    const onProgress = (progress: Progress) => {
      this.progress = progress;
      this.changed();
    };
    this.asker
      .ask(question, revision, stop.signal, onProgress)
      .then(
        (answer) => {
          this.answer = answer;
          this.error = undefined;
        },
        (error: unknown) => {
          if (isAborted(error)) return;
          this.error = sentenceOf(error);
          if (!this.told?.endsWith(` ${question.path}`)) this.answer = undefined; // it was about another moment
        },
      )
      .finally(() => {
        if (stop.signal.aborted) return;
        this.told = key;
        this.underWay = undefined;
        this.progress = undefined;
        this.changed();
        this.ask();
      });
  }

  retry(): void {
    this.told = undefined;
    this.error = undefined;
    this.changed();
    this.ask();
  }

  stop(): void {
    this.abort();
    this.question = null;
  }

  private show(answer: Told): void {
    this.abort();
    this.answer = answer;
    this.error = undefined;
    this.told = this.question === null ? undefined : keyOf(this.question, this.revision);
  }

  private clear(): void {
    this.answer = undefined;
    this.error = undefined;
    this.told = undefined;
  }

  private abort(): void {
    this.underWay?.stop.abort();
    this.underWay = undefined;
    this.progress = undefined;
  }
}

export const PAGE_SIZE = 100;

/** Watches one list, of which pages are asked for as they come into view. */
export class PagesWatch<Told, Entry> {
  progress: Progress | undefined;
  error: string | undefined;
  private readonly cache = new PageCache<Entry>(PAGE_SIZE);
  private readonly underWay = new Map<number, AbortController>();
  private inView: readonly [number, number] = [0, 0];
  private revision = 0;
  private path: string | undefined;
  private questionFor: ((offset: number, limit: number) => Question<Told>) | undefined;
  private pageIn: ((told: Told) => Page<Entry>) | undefined;

  constructor(
    private readonly asker: Asker,
    private readonly changed: () => void,
  ) {}

  get total(): number | null {
    return this.cache.total;
  }

  at(index: number): Entry | undefined {
    return this.cache.at(index);
  }

  /** Watch the list at this moment and revision from now on. */
  turnTo(
    questionFor: (offset: number, limit: number) => Question<Told>,
    pageIn: (told: Told) => Page<Entry>,
    revision: number,
  ): void {
    this.questionFor = questionFor;
    this.pageIn = pageIn;
    const { path } = questionFor(0, 0);
    if (path !== this.path) {
      this.abort();
      this.error = undefined;
    }
    if (path !== this.path || revision !== this.revision) this.cache.outdate();
    this.path = path;
    this.revision = revision;
    this.takeKnown();
  }

  /** These entries (both included) are in view. */
  need(first: number, last: number): void {
    this.inView = [first, last];
    if (this.takeKnown()) this.changed();
    if (this.error === undefined) this.ask();
  }

  /** Ask for the pages in view that are missing or no longer right. */
  ask(): void {
    const { questionFor, revision } = this;
    if (questionFor === undefined) return;
    for (const offset of this.cache.missing(...this.inView)) {
      if (this.underWay.has(offset)) continue;
      const stop = new AbortController();
      this.underWay.set(offset, stop);
      const { asOf } = this.cache;
      const onProgress = (progress: Progress) => {
        this.progress = progress;
        this.changed();
      };
      this.asker
        .ask(questionFor(offset, PAGE_SIZE), revision, stop.signal, onProgress)
        .then(
          (told) => {
            this.error = undefined;
            if (this.pageIn !== undefined) this.cache.put(this.pageIn(told), asOf);
          },
          (error: unknown) => {
            if (!isAborted(error)) this.error = sentenceOf(error);
          },
        )
        .finally(() => {
          if (stop.signal.aborted) return;
          this.underWay.delete(offset);
          this.progress = undefined;
          this.changed();
          if (this.error === undefined) this.ask();
        });
    }
  }

  retry(): void {
    this.error = undefined;
    this.changed();
    this.ask();
  }

  stop(): void {
    this.abort();
    this.questionFor = undefined;
  }

  /** Take up the pages in view that have been answered before. Answers whether there were any. */
  private takeKnown(): boolean {
    let found = false;
    for (const offset of this.cache.missing(...this.inView)) {
      const question = this.questionFor?.(offset, PAGE_SIZE);
      const told = question === undefined ? undefined : this.asker.known(question, this.revision);
      if (told === undefined || this.pageIn === undefined) continue;
      this.cache.put(this.pageIn(told), this.cache.asOf);
      found = true;
    }
    return found;
  }

  private abort(): void {
    for (const stop of this.underWay.values()) stop.abort();
    this.underWay.clear();
    this.progress = undefined;
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
