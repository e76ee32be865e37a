// The answers inside an exported file: unpacked once, and cut, filtered and searched here, where a server would do it.
//
// The file has each list as a whole and each item once, and of what a request shows only what the request before it did not
// show likewise (`web/export/enclosed.py` wrote it). What it does not have is said in a sentence, never shown as empty.

import { type Enclosed, type EnclosedAnswer, allAnswers, keyOf } from "./enclosed_answers.ts";
import { comparedRequest } from "./enclosed_comparison.ts";
import { namesIn, searched } from "./enclosed_search.ts";
import type { ObjectDetails, ObjectRef, Outcome, SearchHit } from "./interface.ts";
import { counted } from "./parts/format.ts";
import { NoAnswer, type Source } from "./source.ts";

type Entry = Readonly<Record<string, unknown>>;

/** The items that a request shows, from `offset` on; those before are the first that the request `begins_as` shows. */
interface ItemsOfRequest {
  readonly offset: number;
  readonly total: number;
  readonly entries: ReadonlyArray<Entry>;
  readonly begins_as: string | null;
}

const ENCLOSED = "rollout-trace-answers";
const TEXTS_LEFT_OUT = "The texts were left out of this file when it was exported.";

/** What a filter lets through, by its parameter. */
const FILTERS: Readonly<Record<string, (entry: Entry, value: string) => boolean>> = {
  thread: (entry, thread) => [entry["thread_id"], entry["sender"], entry["receiver"]].includes(thread),
  tool: (entry, tool) => entry["tool"] === tool,
  faults_only: (entry, only) => only !== "true" || isFault(entry["outcome"] as Outcome),
  event_type: (entry, type) => entry["event_type"] === type,
};

/** Parameters that say the same as if they were not there. */
const DEFAULTS: ReadonlyArray<readonly [string, string]> = [
  ["faults_only", "false"],
  ["is_pattern", "false"],
  ["match_case", "false"],
  ["choice", "all"],
  ["choice", "dropped"],
];

export class EnclosedSource implements Source {
  readonly isEnclosed = true;

  /** What was found last, of which one page is asked for after the other. */
  private lastSearch: { readonly question: string; readonly hits: ReadonlyArray<SearchHit> } | undefined;

  constructor(private readonly enclosed: Promise<Enclosed>) {}

  /** By which key its rollout is known. */
  async key(): Promise<string> {
    return (await this.enclosed).key;
  }

  async fetch(path: string): Promise<unknown> {
    const enclosed = await this.enclosed;
    const [place = "", query = ""] = path.split("?");
    const asked = new Map(new URLSearchParams(query));
    const page = { offset: Number(asked.get("offset") ?? 0), limit: Number(asked.get("limit") ?? 100) };
    for (const name of ["offset", "limit"]) asked.delete(name);
    for (const [name, value] of DEFAULTS) if (asked.get(name) === value) asked.delete(name);
    const inRollout = /^rollouts\/[^/]*\/(.*)$/.exec(place)?.[1];
    if (inRollout === undefined) return aboutAll(place, enclosed);
    if (asked.has("at")) throw new NoAnswer("not-enclosed", "An exported file shows one moment only. The bundle itself has the others.");
    if (inRollout === "search") {
      const told = pageOf(this.hits(enclosed, asked), page);
      return { ...answerOf(told), names: namesIn(enclosed, told.entries) };
    }
    if (inRollout === "named") return answerOf(objectNamed(enclosed, asked.get("words") ?? ""));
    const against = asked.get("against");
    if (against === undefined) return found(enclosed, inRollout, asked, page);
    const compared = comparedRequest(enclosed, keysOf, inRollout, asked.get("request") ?? "", against, asked.get("choice"));
    return { ...compared, answer: partOf(enclosed, compared.answer, new Map(), page) };
  }

  changes(): null {
    return null;
  }

  async notSearched(): Promise<string | null> {
    const { payloads_left_out } = await this.enclosed;
    return payloads_left_out === 0 ? null : `Not searched, as this file does not have them: ${counted(payloads_left_out, "payload file")} of the bundle.`;
  }

  private hits(enclosed: Enclosed, asked: Map<string, string>): ReadonlyArray<SearchHit> {
    if (enclosed.is_redacted) throw new NoAnswer("not-enclosed", TEXTS_LEFT_OUT);
    const question = keyOf("search", asked);
    if (this.lastSearch?.question !== question) {
      const [isPattern, matchCase] = [asked.get("is_pattern") === "true", asked.get("match_case") === "true"];
      this.lastSearch = { question, hits: searched(enclosed, { text: asked.get("text") ?? "", isPattern, matchCase }) };
    }
    return this.lastSearch.hits;
  }
}

/** The source inside this page; null if there is none. */
export function enclosedSource(): EnclosedSource | null {
  const packed = document.getElementById(ENCLOSED)?.textContent;
  return packed === undefined || packed === null ? null : new EnclosedSource(unpacked(packed));
}

async function unpacked(packed: string): Promise<Enclosed> {
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return (await new Response(stream).json()) as Enclosed;
}

interface Page {
  readonly offset: number;
  readonly limit: number;
}

function found(enclosed: Enclosed, name: string, asked: Map<string, string>, page: Page): EnclosedAnswer {
  const filters = new Map<string, string>();
  let known = enclosed.answers[keyOf(name, asked)];
  if (known === undefined) {
    for (const parameter of Object.keys(FILTERS)) {
      const value = asked.get(parameter);
      if (value === undefined) continue;
      filters.set(parameter, value);
      asked.delete(parameter);
    }
    known = enclosed.answers[keyOf(name, asked)];
  }
  if (known === undefined) throw new NoAnswer("not-enclosed", whyNot(enclosed, name));
  if (isOfRequest(known.answer)) return itemsOfRequest(enclosed, known, page);
  return { ...known, answer: partOf(enclosed, known.answer, filters, page) };
}

function whyNot(enclosed: Enclosed, name: string): string {
  if (enclosed.is_redacted && ["events", "payload", "item", "object/text"].includes(name)) {
    return TEXTS_LEFT_OUT;
  }
  if (name === "payload") return "This payload is too large for an exported file. The bundle itself has it.";
  return "This is not in the exported file. The bundle itself has it.";
}

/** The part of an answer that is asked for: entries of a list, characters of a text. */
function partOf(enclosed: Enclosed, answer: unknown, filters: Map<string, string>, page: Page): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  if ("entries" in answer && Array.isArray(answer.entries)) {
    const passing = (answer.entries as Entry[]).filter((entry) => [...filters].every(([name, value]) => FILTERS[name]?.(entry, value)));
    const cut = pageOf(passing, page);
    return { ...cut, entries: cut.entries.map((entry) => withItem(enclosed, entry)) };
  }
  if ("characters" in answer && "text" in answer) {
    const characters = Array.from(String(answer.text));
    return { ...answer, offset: page.offset, text: characters.slice(page.offset, page.offset + page.limit).join("") };
  }
  return answer;
}

function isOfRequest(answer: unknown): answer is ItemsOfRequest {
  return typeof answer === "object" && answer !== null && "begins_as" in answer;
}

function itemsOfRequest(enclosed: Enclosed, shown: EnclosedAnswer, page: Page): EnclosedAnswer {
  const { names, entries, total } = listedOfRequest(enclosed, shown, page);
  return { ...shown, names, answer: { offset: page.offset, total, entries: entries.map((entry) => withItem(enclosed, entry)) } };
}

/** The keys of all items that a request shows. */
function keysOf(enclosed: Enclosed, request: string): string[] {
  const shown = enclosed.answers[`request/items?request=${request}`];
  return shown === undefined ? [] : listedOfRequest(enclosed, shown, { offset: 0, limit: Infinity }).entries.map(({ item }) => String(item));
}

/** What a request shows: its own items after those with which it begins as the request before, and so on. */
function listedOfRequest(enclosed: Enclosed, shown: EnclosedAnswer, { offset, limit }: Page): { names: Record<string, string>; entries: Entry[]; total: number } {
  const { total } = shown.answer as ItemsOfRequest;
  const names: Record<string, string> = {};
  const entries: Entry[] = [];
  let end = Math.min(offset + limit, total);
  for (let known: EnclosedAnswer | undefined = shown; known !== undefined && offset < end; ) {
    const { offset: first, entries: own, begins_as } = known.answer as ItemsOfRequest;
    const part = own.slice(Math.max(0, offset - first), Math.max(0, end - first));
    entries.unshift(...(known === shown ? part : part.map((entry) => ({ ...entry, is_new: false, is_in_shared_prefix: true }))));
    Object.assign(names, known.names);
    end = Math.min(end, first);
    known = begins_as === null ? undefined : enclosed.answers[`request/items?request=${begins_as}`];
  }
  return { names, entries, total };
}

/** An entry with the item in place of its id. */
function withItem(enclosed: Enclosed, entry: unknown): unknown {
  if (typeof entry === "string") return enclosed.items[entry];
  if (typeof entry === "object" && entry !== null && "item" in entry) return { ...entry, item: enclosed.items[String(entry.item)] };
  return entry;
}

function pageOf<One>(entries: ReadonlyArray<One>, { offset, limit }: Page): { offset: number; total: number; entries: ReadonlyArray<One> } {
  return { offset, total: entries.length, entries: entries.slice(offset, offset + limit) };
}

function answerOf(answer: unknown): EnclosedAnswer {
  return { answer, as_of: 0, names: {} };
}

/** The list of bundles has one. */
function aboutAll(name: string, enclosed: Enclosed): unknown {
  if (name !== "bundles") throw new NoAnswer("not-enclosed", "An exported file has one rollout. Many are shown by `rollout-trace view`.");
  const line = { key: enclosed.key, name: enclosed.name, state: "known", error: null, figures: null };
  return { root: enclosed.name, is_one: true, found: 1, read: 1, further_down: null, bundles: { offset: 0, total: 1, entries: [line] } };
}

function isFault(outcome: Outcome): boolean {
  if (outcome.status === "running") return outcome.unfinished !== null;
  return outcome.status !== "completed" || (outcome.exit_code ?? 0) !== 0;
}

/** The object with this id or short name, or the only one whose id or name begins so. */
function objectNamed(enclosed: Enclosed, words: string): ObjectRef {
  const named = new Map<string, ObjectRef>();
  for (const { ref, name } of allAnswers<ObjectDetails>(enclosed, "object")) {
    for (const known of [ref.object_id, name]) if (!named.has(known)) named.set(known, ref);
  }
  const exact = named.get(words);
  const begin = new Set([...named].filter(([known]) => words !== "" && known.startsWith(words)).map(([, ref]) => ref));
  const [only] = begin;
  if (exact === undefined && (only === undefined || begin.size > 1)) {
    throw new NoAnswer("not-in-the-rollout", `${begin.size === 0 ? "no object has" : `${begin.size} objects have`} a name that begins with \`${words}\``);
  }
  return exact ?? (only as ObjectRef);
}
