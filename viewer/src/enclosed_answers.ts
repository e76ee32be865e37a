// What an exported file holds, as `web/export/enclosed.py` wrote it, and by which key an answer is known there.

import type { ObjectRef } from "./interface.ts";

/** What the file holds; answers are known by `<endpoint>?<parameters by name>`, without those of pages. */
export interface Enclosed {
  readonly key: string;
  readonly name: string;
  readonly answers: Readonly<Record<string, EnclosedAnswer>>;
  /** Items by id; further wordings of one by its id and one `'` or more. */
  readonly items: Readonly<Record<string, unknown>>;
  readonly comparable: ReadonlyArray<Comparable>;
  readonly settings_before_items: ReadonlyArray<string>;
  readonly payloads_left_out: number;
  readonly is_redacted: boolean;
}

export interface EnclosedAnswer {
  readonly answer: unknown;
  readonly as_of: number;
  readonly names: Readonly<Record<string, string>>;
}

/** What a request showed, by numbers. */
export interface Comparable {
  readonly inference_call_id: string;
  /** How many of `contents` are, from the beginning on, those of the request before it; the rest follow. */
  readonly same: number;
  readonly contents: ReadonlyArray<number>;
  readonly settings: Readonly<Record<string, number>>;
}

export function keyOf(name: string, asked: Iterable<readonly [string, string]>): string {
  const given = [...asked].sort(([left], [right]) => (left < right ? -1 : 1)).map(([parameter, value]) => `${parameter}=${value}`);
  return given.length === 0 ? name : `${name}?${given.join("&")}`;
}

/** What the file answers to an endpoint about an object; undefined if it does not. */
export function aboutObject<Told>(enclosed: Enclosed, name: string, { kind, object_id }: ObjectRef, more: Readonly<Record<string, string>> = {}): Told | undefined {
  return enclosed.answers[keyOf(name, Object.entries({ ...more, kind, id: object_id }))]?.answer as Told | undefined;
}

/** All that the file answers to an endpoint, whatever it is about. */
export function* allAnswers<Told>(enclosed: Enclosed, name: string): Generator<Told> {
  for (const [key, { answer }] of Object.entries(enclosed.answers)) if (key.startsWith(`${name}?`)) yield answer as Told;
}
