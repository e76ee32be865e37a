// Where words stand in what an exported file encloses: in the texts of objects, in further wordings of items, in payloads,
// and in what only events say.
//
// It has the rules and the limits of the server's search (`query/search.py`). A history is sent again and again, so that
// what requests and answers repeat of it is searched as items only.

import { textOf } from "./address.ts";
import { type Enclosed, aboutObject, allAnswers } from "./enclosed_answers.ts";
import type { EventLine, EventPosition, Excerpt, Item, ItemJson, NamedBy, ObjectDetails, ObjectKind, ObjectRef, Page, PayloadText, SearchHit } from "./interface.ts";
import { NoAnswer } from "./source.ts";

export interface Sought {
  readonly text: string;
  readonly isPattern: boolean;
  readonly matchCase: boolean;
}

const MOST_HITS = 100_000;
const BEFORE = 120;
const MATCH = 400;
const AFTER = 400;

/** Who holds a payload that several objects name: the first of these kinds. */
const HOLDERS: ReadonlyArray<ObjectKind> = ["tool_call", "inference_call", "compaction_request", "code_cell", "interaction_edge"];
const PAYLOADS_OF_ITEMS: ReadonlyArray<string> = ["inference_request", "inference_response", "compaction_checkpoint", "compaction_request"];
const LISTS_OF_ITEMS: ReadonlyArray<string> = ["input", "output_items", "input_history", "replacement_history"];
const NOT_SAID_BY_ITEMS: ReadonlyArray<string> = ["type", "id", "call_id", "role", "phase", "status", "encrypted_content", "internal_chat_message_metadata_passthrough"];
const SAID_BY_EVENTS = ["error", "reason", "source_js", "message"] as const;

interface HeldText {
  readonly holder: ObjectRef;
  readonly text: string;
  readonly payload: string | null;
  readonly position: EventPosition | null;
}

/**
 * The lines in which words stand, each once for the object that holds it.
 *
 * @throws NoAnswer if they stand in too many lines, or the pattern is none.
 */
export function searched(enclosed: Enclosed, sought: Sought): SearchHit[] {
  if (sought.text === "") throw new NoAnswer("not-in-the-rollout", "there are no words to look for");
  const find = sought.isPattern ? patternFinder(sought) : wordsFinder(sought);
  const hits: SearchHit[] = [];
  const seen = new Map<string, Set<string>>();
  for (const { holder, text, payload, position } of heldTexts(enclosed)) {
    const known = seen.get(textOf(holder)) ?? new Set();
    seen.set(textOf(holder), known);
    for (const line of text.split("\n")) {
      const found = find(line);
      if (found === null || known.has(line)) continue;
      known.add(line);
      if (hits.length === MOST_HITS) {
        throw new NoAnswer("not-in-the-rollout", `\`${sought.text}\` stands in more than ${MOST_HITS.toLocaleString("en")} lines; look for something rarer`);
      }
      const { start, end } = found;
      const details = aboutObject<ObjectDetails>(enclosed, "object", holder);
      hits.push({
        holder,
        what: details?.what ?? "",
        thread_id: details?.thread_id ?? null,
        before: line.slice(Math.max(0, start - BEFORE), start),
        match: line.slice(start, Math.min(end, start + MATCH)),
        after: line.slice(end, end + AFTER),
        payload,
        position,
      });
    }
  }
  return hits;
}

/** The short names of the objects that hits mention. */
export function namesIn(enclosed: Enclosed, hits: ReadonlyArray<SearchHit>): Record<string, string> {
  const names: Record<string, string> = {};
  const add = (ref: ObjectRef) => {
    const details = aboutObject<ObjectDetails>(enclosed, "object", ref);
    if (details !== undefined) names[textOf(ref)] = details.name;
  };
  for (const { holder, thread_id, payload } of hits) {
    add(holder);
    if (thread_id !== null) add({ kind: "thread", object_id: thread_id });
    if (payload !== null) add({ kind: "raw_payload", object_id: payload });
  }
  return names;
}

function* heldTexts(enclosed: Enclosed): Generator<HeldText> {
  for (const { ref, texts } of allAnswers<ObjectDetails>(enclosed, "object")) {
    for (const [title, beginning] of Object.entries(texts)) {
      const { text } = aboutObject<Excerpt>(enclosed, "object/text", ref, { title }) ?? beginning;
      yield { holder: ref, text, payload: null, position: null };
    }
  }
  for (const [key, item] of Object.entries(enclosed.items)) {
    const { item_id, text } = item as Item;
    if (key !== item_id) yield { holder: { kind: "conversation_item", object_id: item_id }, text: text.text, payload: null, position: null };
  }
  for (const { item_id, payload, text } of allAnswers<ItemJson>(enclosed, "item")) {
    const holder: ObjectRef = { kind: "conversation_item", object_id: item_id };
    for (const said of stringsIn(valueIn(text.text), NOT_SAID_BY_ITEMS)) yield { holder, text: said, payload: payload?.raw_payload_id ?? null, position: null };
  }
  const fieldsSeen = new Set<string>();
  for (const { payload, text } of allAnswers<PayloadText>(enclosed, "payload")) {
    const holder = holderOf(enclosed, payload.raw_payload_id);
    const isOfItems = PAYLOADS_OF_ITEMS.includes(payload.kind.type);
    for (const said of isOfItems ? besideItems(valueIn(text), fieldsSeen) : stringsIn(valueIn(text))) {
      yield { holder, text: said, payload: payload.raw_payload_id, position: null };
    }
  }
  const events = enclosed.answers["events"]?.answer as Page<EventLine> | undefined;
  for (const { seq, line, text, touched } of events?.entries ?? []) {
    const [holder] = touched;
    if (holder === undefined || seq === null) continue; // it was not applied
    for (const said of saidByEvent(valueIn(text.text))) yield { holder, text: said, payload: null, position: { seq, line } };
  }
}

function holderOf(enclosed: Enclosed, payload: string): ObjectRef {
  const ref: ObjectRef = { kind: "raw_payload", object_id: payload };
  const naming = aboutObject<Page<NamedBy>>(enclosed, "object/named-by", ref)?.entries ?? [];
  for (const kind of HOLDERS) {
    const holder = naming.find(({ ref }) => ref.kind === kind);
    if (holder !== undefined) return holder.ref;
  }
  return ref;
}

/** What a request or an answer says beside its items, but for fields that stood in an earlier one. */
function* besideItems(value: unknown, seen: Set<string>): Generator<string> {
  if (typeof value !== "object" || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    const text = LISTS_OF_ITEMS.includes(name) ? undefined : JSON.stringify(field);
    if (text === undefined || seen.has(text)) continue;
    seen.add(text);
    yield* stringsIn(field);
  }
}

function* saidByEvent(event: unknown): Generator<string> {
  const payload = (event as { payload?: Readonly<Record<string, unknown>> } | null)?.payload ?? {};
  for (const field of SAID_BY_EVENTS) {
    const said = payload[field];
    if (typeof said === "string") yield said;
  }
}

/** All strings within a JSON value, in its order and however deep they stand, but for those of some fields. */
function* stringsIn(value: unknown, leftOut: ReadonlyArray<string> = []): Generator<string> {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === "string") yield next;
    else if (typeof next === "object" && next !== null) {
      const fields = Object.entries(next).reverse();
      for (const [name, field] of fields) if (!leftOut.includes(name)) left.push(field);
    }
  }
}

/** The value of a JSON text; null if it is none. */
function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

type Find = (line: string) => { readonly start: number; readonly end: number } | null;

/** Finds words as they stand, in a time that grows with the text alone, which a pattern of many letters would not. */
function wordsFinder({ text, matchCase }: Sought): Find {
  const asMatched = matchCase ? (some: string) => some : small;
  const words = asMatched(text);
  return (line) => {
    const start = asMatched(line).indexOf(words);
    return start < 0 ? null : { start, end: start + words.length };
  };
}

/** A text in small letters, as many as it has letters, so that a place in it is one in the text. */
function small(text: string): string {
  return text.replaceAll("İ", "i").toLowerCase().replaceAll("ς", "σ"); // of the first, small letters would be two
}

function patternFinder({ text, matchCase }: Sought): Find {
  let pattern: RegExp;
  try {
    pattern = new RegExp(text, matchCase ? "u" : "iu");
  } catch (error) {
    throw new NoAnswer("wrong-question", `\`${text}\` is no pattern: ${error instanceof Error ? error.message : String(error)}`);
  }
  return (line) => {
    const match = pattern.exec(line);
    return match === null ? null : { start: match.index, end: match.index + match[0].length };
  };
}
