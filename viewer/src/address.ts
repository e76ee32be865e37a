// The address of what is shown, and back: `#/<bundle>/<place>/<kind>/<id>?at=SEQ&select=<kind>/<id>&…`.
//
// Owns the form of addresses. Pure: who reads and changes the browser's location is `location.ts`. An address that cannot
// be understood leads to the nearest one that can; nothing in it is ever an error.

import type { ObjectKind, ObjectRef } from "./interface.ts";

/** What is shown. `place` is the name of one of the places; `bundle` is null for those that are about many bundles. */
export interface Address {
  readonly bundle: string | null;
  readonly place: string;
  /** What the place is about, where it is about one object: a request, an agent, … */
  readonly object: ObjectRef | null;
  /** The two bundles of a comparison. */
  readonly sides: readonly [string, string] | null;
  /** The event as of which all is shown; null for the end of the log. */
  readonly at: number | null;
  /** What was asked for as such an event and is none, so that it can be said; links do not pass it on. */
  readonly noEvent: string | null;
  /** The object that the side panel shows. */
  readonly select: ObjectRef | null;
  /** What else the place wants to be remembered: a filter, an order. */
  readonly options: Readonly<Record<string, string>>;
}

export const HOME: Address = {
  bundle: null,
  place: "bundles",
  object: null,
  sides: null,
  at: null,
  noEvent: null,
  select: null,
  options: {},
};

/** The place in which a bundle is first seen. */
export const FIRST_PLACE = "overview";

const BUNDLE = /^[0-9a-f]{12}$/;
const NUMBER = /^[0-9]{1,15}$/;

/** The kinds of objects, as addresses name them. */
const KINDS: Readonly<Record<ObjectKind, true>> = {
  rollout: true,
  thread: true,
  codex_turn: true,
  conversation_item: true,
  inference_call: true,
  code_cell: true,
  tool_call: true,
  terminal_session: true,
  terminal_operation: true,
  compaction: true,
  compaction_request: true,
  interaction_edge: true,
  raw_payload: true,
};

/** What a hash such as `#/0123456789ab/timeline?at=12` asks for. */
export function addressOf(hash: string): Address {
  const [path = "", query = ""] = splitOnce(hash.replace(/^#/, ""), "?");
  const words = path.split("/").filter((word) => word !== "").map(decoded);
  const { at, select, ...options } = Object.fromEntries(new URLSearchParams(query));
  const isEvent = at !== undefined && NUMBER.test(at);
  const common = {
    ...HOME,
    at: isEvent ? Number(at) : null,
    noEvent: at === undefined || isEvent ? null : at,
    select: refOf(select ?? ""),
    options,
  };
  const [first, second, third, fourth] = words;
  if (first === undefined) return common;
  if (BUNDLE.test(first)) {
    const object = third === undefined || fourth === undefined || !isKind(third) ? null : { kind: third, object_id: fourth };
    return { ...common, bundle: first, place: second ?? FIRST_PLACE, object };
  }
  if (first === "compare") {
    return { ...common, place: first, sides: second === undefined || third === undefined ? null : [second, third] };
  }
  return { ...common, place: first };
}

/** The hash that leads to an address. */
export function hashOf(address: Address): string {
  const words = address.bundle === null ? [] : [address.bundle];
  if (address.bundle !== null || address.place !== HOME.place) words.push(address.place);
  if (address.object !== null) words.push(address.object.kind, address.object.object_id);
  if (address.sides !== null) words.push(...address.sides);
  const asked = new URLSearchParams();
  if (address.at !== null) asked.set("at", String(address.at));
  if (address.select !== null) asked.set("select", textOf(address.select));
  for (const [name, value] of Object.entries(address.options)) if (value !== "") asked.set(name, value);
  const query = readable(asked.toString());
  return `#/${words.map(encodeURIComponent).join("/")}${query === "" ? "" : `?${query}`}`;
}

/** `kind/id`, by which an object is named in a query and in `names` of an answer. */
export function textOf(ref: ObjectRef): string {
  return `${ref.kind}/${ref.object_id}`;
}

/** The object that `kind/id` names; null if it names none. */
export function refOf(text: string): ObjectRef | null {
  const [kind, id] = splitOnce(text, "/");
  return kind !== undefined && id !== undefined && id !== "" && isKind(kind) ? { kind, object_id: id } : null;
}

export function isSameObject(left: ObjectRef | null, right: ObjectRef | null): boolean {
  return left?.kind === right?.kind && left?.object_id === right?.object_id;
}

function isKind(word: string): word is ObjectKind {
  return Object.hasOwn(KINDS, word);
}

function splitOnce(text: string, mark: string): [string?, string?] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + mark.length)];
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word; // not encoded by us; it will name nothing
  }
}

/** A query in which the marks of ids stay as they are: an address is also read by people. */
function readable(query: string): string {
  return query.replaceAll("%2F", "/").replaceAll("%3A", ":");
}
