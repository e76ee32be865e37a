// Fetches what the timeline shows, page after page, and keeps up with a rollout that grows.
//
// The pages are not kept by the page's `Asker`: as objects they would take far more room than as columns.

import type { Answer, AgentLine, Page, Passage, PathStep, TerminalLine, TimelineEntry } from "../../interface.ts";
import { type Asked, type RolloutEndpoint, type Source, rolloutQuestion } from "../../source.ts";
import { RUNNING, Spans } from "./spans.ts";

const PAGE_SIZE = 1_000;
const READING_POLL_MS = 250;
/** Open work that is so near in the list is fetched again at once. */
const NEAR_IN_LIST = 100;

/** The rollout, and the moment, whose lists are fetched. */
export interface Asks {
  readonly source: Source;
  readonly bundle: string;
  readonly at: number | null;
}

type Listed<Name extends RolloutEndpoint> = Name extends "timeline"
  ? TimelineEntry
  : Name extends "agents"
    ? AgentLine
    : Name extends "passages"
      ? Passage
      : Name extends "terminals"
        ? TerminalLine
        : PathStep;
type Lists = "timeline" | "agents" | "passages" | "terminals" | "critical-path";

/** Work that is asked for again and again. */
export interface Repeated {
  readonly ask: () => void;
  readonly stop: () => void;
}

/**
 * Work that is not done twice at once: what is asked for while it goes on is done once it has ended. Nothing that is
 * under way is given up for something newer still, or nothing would ever come of a log that grows quickly.
 */
export function repeated(work: (signal: AbortSignal) => Promise<void>, failed: (reason: unknown) => void): Repeated {
  const stop = new AbortController();
  let isUnderWay = false;
  let isAskedAgain = false;
  const ask = () => {
    isAskedAgain = isUnderWay;
    if (isUnderWay || stop.signal.aborted) return;
    isUnderWay = true;
    work(stop.signal)
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) failed(reason);
      })
      .finally(() => {
        isUnderWay = false;
        if (isAskedAgain) ask();
      });
  };
  return { ask, stop: () => stop.abort() };
}

/** All entries of a list. @throws NoAnswer, AbortError */
export async function wholeListOf<Name extends Lists>(asks: Asks, name: Name, signal: AbortSignal): Promise<Listed<Name>[]> {
  const entries: Listed<Name>[] = [];
  for (let total = Infinity; entries.length < total; ) {
    const page = await pageOf(asks, name, entries.length, PAGE_SIZE, signal);
    entries.push(...page.entries);
    total = page.entries.length === 0 ? 0 : page.total;
  }
  return entries;
}

/** Takes up the entries that are not known yet, page after page. `onPage` is told how many there are in all. */
export async function loadEntries(asks: Asks, spans: Spans, signal: AbortSignal, onPage: (total: number) => void): Promise<void> {
  for (let total = Infinity; spans.count < total; ) {
    const page = await pageOf(asks, "timeline", spans.count, PAGE_SIZE, signal);
    spans.put(page.offset, page.entries);
    total = page.entries.length === 0 ? 0 : page.total;
    onPage(page.total);
  }
}

/** Fetches again what was running when it was fetched, and may have ended since. */
export async function refreshRunning(asks: Asks, spans: Spans, signal: AbortSignal): Promise<void> {
  for (const [first, last] of runningRanges(spans)) {
    const page = await pageOf(asks, "timeline", first, last - first + 1, signal);
    spans.put(page.offset, page.entries);
  }
}

/** Fetches again all that is known: the recording was closed, which may tell of any open work how it stands. */
export async function refreshAll(asks: Asks, spans: Spans, signal: AbortSignal): Promise<void> {
  for (let offset = 0; offset < spans.count; offset += PAGE_SIZE) {
    const page = await pageOf(asks, "timeline", offset, PAGE_SIZE, signal);
    spans.put(page.offset, page.entries);
    if (page.entries.length === 0) return;
  }
}

/** The parts of the list, first and last place, that have running work and are at most a page long. */
export function runningRanges(spans: Spans): [number, number][] {
  const ranges: [number, number][] = [];
  for (let number = 0; number < spans.count; number++) {
    if (spans.look[number] !== RUNNING) continue;
    const range = ranges.at(-1);
    if (range !== undefined && number - range[1] <= NEAR_IN_LIST && number - range[0] < PAGE_SIZE) range[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

async function pageOf<Name extends Lists>(
  asks: Asks,
  name: Name,
  offset: number,
  limit: number,
  signal: AbortSignal,
): Promise<Page<Listed<Name>>> {
  const { path } = rolloutQuestion(asks.bundle, asks.at, name, { offset, limit } as Asked<Name>);
  for (;;) {
    const told = (await asks.source.fetch(path, signal)) as Partial<Answer<Page<Listed<Name>>>>;
    signal.throwIfAborted();
    if (told.answer !== undefined) return told.answer;
    // The bundle is still being read; that is what the frame shows.
    await new Promise((resolve) => setTimeout(resolve, READING_POLL_MS));
  }
}
