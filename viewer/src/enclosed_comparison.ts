// A request against any other, in an exported file: what a server would answer, made of what the file has of both.
//
// The file has every request against the one before it; all pairs would be too many. What each showed it also has by
// numbers that are equal where the same is said (`web/export/comparable.py` wrote them). Pure.

import type { Comparable, Enclosed, EnclosedAnswer } from "./enclosed_answers.ts";
import type { ReplacementLine, RequestHead } from "./interface.ts";
import { NoAnswer } from "./source.ts";

/** A request with its items: their keys in the file, and what they say. */
interface Sent {
  readonly head: EnclosedAnswer;
  readonly items: ReadonlyArray<string>;
  readonly contents: ReadonlyArray<number>;
  readonly settings: Readonly<Record<string, number>>;
}

/** The keys of all items that a request shows. */
type KeysOf = (enclosed: Enclosed, request: string) => string[];

/** The answer to `request`, or `request/items` as a whole. @throws NoAnswer */
export function comparedRequest(enclosed: Enclosed, keysOf: KeysOf, endpoint: string, request: string, against: string, choice: string | undefined): EnclosedAnswer {
  const [mine, other] = [sent(enclosed, keysOf, request), sent(enclosed, keysOf, against)];
  const prefix = sharedPrefix(mine.contents, other.contents);
  const fresh = lacking(mine.contents, other.contents);
  const vanished = lacking(other.contents, mine.contents);
  const answered = (answer: unknown) => ({ ...mine.head, answer, names: { ...other.head.names, ...mine.head.names } });
  if (endpoint === "request/items") {
    const isVanished = choice === "vanished";
    const [shown, marked] = isVanished ? [other.items, vanished] : [mine.items, fresh];
    const entries = shown
      .map((item, index) => ({ index, item, is_new: !isVanished && marked.has(index), is_vanished: isVanished, is_in_shared_prefix: index < prefix }))
      .filter(({ index }) => (choice ?? "all") === "all" || marked.has(index));
    return answered({ entries });
  }
  const [head, before] = [mine.head.answer as RequestHead, other.head.answer as RequestHead];
  const idAt = ({ items }: Sent) => (prefix < items.length ? itemId(enclosed, items[prefix] ?? "") : null);
  const broken_at = idAt(other);
  const changed_settings = differing(other.settings, mine.settings);
  return answered({
    ...head,
    against,
    usage_against: before.usage,
    new: fresh.size,
    vanished: vanished.size,
    shared_prefix: prefix,
    broken_by: broken_at === null ? null : idAt(mine),
    broken_at,
    keeps_cache: broken_at === null && !changed_settings.some((name) => enclosed.settings_before_items.includes(name)),
    changed_settings,
    compactions: compactionsBetween(enclosed, mine, other),
  });
}

function sent(enclosed: Enclosed, keysOf: KeysOf, request: string): Sent {
  const head = enclosed.answers[`request?request=${request}`];
  if (head === undefined) throw new NoAnswer("not-in-the-rollout", `there is no request \`${request}\` in this file`);
  const place = enclosed.comparable.findIndex(({ inference_call_id }) => inference_call_id === request);
  const comparable = enclosed.comparable[place];
  if (comparable === undefined) throw new NoAnswer("not-enclosed", "The bundle has no more all that this request sent, so that it cannot be compared.");
  return { head, items: keysOf(enclosed, request), contents: contentsAt(enclosed.comparable, place), settings: comparable.settings };
}

/** All contents of a request: its own, behind those that requests before it have the same. */
function contentsAt(comparable: ReadonlyArray<Comparable>, place: number): number[] {
  const parts: ReadonlyArray<number>[] = [];
  let wanted = Infinity;
  for (let at = place; at >= 0 && wanted > 0; at--) {
    const { same, contents } = comparable[at] as Comparable;
    if (same >= wanted) continue;
    parts.unshift(contents.slice(0, wanted - same));
    wanted = same;
  }
  return parts.flat();
}

function sharedPrefix(left: ReadonlyArray<number>, right: ReadonlyArray<number>): number {
  let prefix = 0;
  while (prefix < left.length && prefix < right.length && left[prefix] === right[prefix]) prefix++;
  return prefix;
}

/** The places of what none of the others says. */
function lacking(contents: ReadonlyArray<number>, others: ReadonlyArray<number>): Set<number> {
  const said = new Set(others);
  return new Set(contents.flatMap((content, place) => (said.has(content) ? [] : [place])));
}

/** The settings that are not the same in both; none where one of the two is lost. */
function differing(before: Readonly<Record<string, number>>, after: Readonly<Record<string, number>>): string[] {
  const names = Object.keys({ ...before, ...after });
  if (Object.keys(before).length === 0 || Object.keys(after).length === 0) return [];
  return names.filter((name) => before[name] !== after[name]);
}

/** The compactions that were installed between two requests, and of which the later one shows something. */
function compactionsBetween(enclosed: Enclosed, mine: Sent, other: Sent): string[] {
  const [low, high] = [mine, other].sort((left, right) => execution(left).started_seq - execution(right).started_seq) as [Sent, Sent];
  const shown = new Set(high.items.map((item) => itemId(enclosed, item)));
  const { entries } = enclosed.answers["compactions"]?.answer as { entries: ReadonlyArray<ReplacementLine> };
  return entries.flatMap(({ ref, thread_id, at_unix_ms, position }) => {
    if (ref?.kind !== "compaction" || thread_id !== (mine.head.answer as RequestHead).thread_id) return [];
    if (at_unix_ms < execution(low).started_at_unix_ms || at_unix_ms > execution(high).started_at_unix_ms) return [];
    const replacement = ["kept", "added"].flatMap((choice) => {
      const listed = enclosed.answers[`compactions/items?choice=${choice}&seq=${position.seq}`]?.answer as { entries: ReadonlyArray<string> } | undefined;
      return listed?.entries ?? [];
    });
    return replacement.some((item) => shown.has(itemId(enclosed, item))) ? [ref.object_id] : [];
  });
}

function execution({ head }: Sent): RequestHead["execution"] {
  return (head.answer as RequestHead).execution;
}

function itemId(enclosed: Enclosed, key: string): string {
  return (enclosed.items[key] as { item_id: string }).item_id;
}
