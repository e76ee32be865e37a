// Where answers come from: the server, or the data inside an exported file.
//
// Owns how a question becomes a path, what is kept of the answers, and what is said when there is none. An answer is kept
// by its path and the revision of what it is about, and no revision comes twice. Nothing is asked again in silence, but
// for a bundle that is still being read: that is what its server says, with its progress.

import {
  INTERFACE_VERSION,
  type Answer,
  type LibraryEndpoints,
  type Problem,
  type Reading,
  type RolloutEndpoints,
} from "./interface.ts";
import { KeptAnswers } from "./kept_answers.ts";

/** A question, and (for the compiler only) the type of its answer. */
export interface Question<Told> {
  /** Path and query, from the folder of the interface on. */
  readonly path: string;
  /** The path without the moment: the same question about another moment has the same subject. */
  readonly subject: string;
  readonly told?: Told;
}

type Value = string | number | boolean | null | undefined;
export type LibraryEndpoint = keyof LibraryEndpoints;
export type RolloutEndpoint = keyof RolloutEndpoints;
/** What may be asked about a rollout, but for the moment, which the page knows. */
export type Asked<Name extends RolloutEndpoint> = Omit<RolloutEndpoints[Name]["asked"], "at">;
export type Told<Name extends RolloutEndpoint> = RolloutEndpoints[Name]["told"];

/** How far the reading of a bundle has come. */
export interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Why there is no answer, in a sentence for a person. */
export class NoAnswer extends Error {
  constructor(
    readonly code: string,
    sentence: string,
  ) {
    super(sentence);
  }
}

/** A question about many bundles. */
export function libraryQuestion<Name extends LibraryEndpoint>(
  name: Name,
  asked: LibraryEndpoints[Name]["asked"],
): Question<LibraryEndpoints[Name]["told"]> {
  const path = `${name}${queryOf(asked)}`;
  return { path, subject: path };
}

/** A question about one rollout, as it was at an event, or at its end. */
export function rolloutQuestion<Name extends RolloutEndpoint>(
  bundle: string,
  at: number | null,
  name: Name,
  asked: Asked<Name>,
): Question<Answer<Told<Name>>> {
  const folder = `rollouts/${bundle}/${name}`;
  return { path: `${folder}${queryOf({ ...asked, at })}`, subject: `${folder}${queryOf(asked)}` };
}

/** How answers are fetched. One for the server, one for an exported file, one for tests. */
export interface Source {
  /** Whether the answers are inside an exported file: one rollout, at one moment. */
  readonly isEnclosed: boolean;
  fetch(path: string, signal: AbortSignal): Promise<unknown>;
  /** The address of the stream of changes of a bundle, or of the list of bundles; null if nothing can change. */
  changes(bundle: string | null): string | null;
  /** Where a search cannot look, in a sentence; null if it looks everywhere. */
  notSearched?(): Promise<string | null>;
}

const READING_POLL_MS = 250;

/** An answer that is awaited, by how many. */
interface Awaited {
  readonly answer: Promise<unknown>;
  readonly stop: AbortController;
  readonly progress: Set<(progress: Progress) => void>;
}

/** Asks a source, each question once at a time however many want to know, and keeps the latest answers. */
export class Asker {
  private readonly kept = new KeptAnswers();
  private readonly underWay = new Map<string, Awaited>();
  private revisions = 0;

  constructor(readonly source: Source) {}

  /** A revision under which nothing has been asked so far. */
  newRevision(): number {
    return ++this.revisions;
  }

  /** An answer that is known already, so that nothing needs to be awaited. */
  known<Told>(question: Question<Told>, revision: number): Told | undefined {
    return this.kept.get(keyOf(question, revision)) as Told | undefined;
  }

  /** @throws NoAnswer with the server's sentence, or ours if no server could be reached; AbortError if aborted. */
  async ask<Told>(
    question: Question<Told>,
    revision: number,
    signal: AbortSignal,
    onProgress: (progress: Progress) => void = () => {},
  ): Promise<Told> {
    const key = keyOf(question, revision);
    if (this.kept.has(key)) return this.kept.get(key) as Told;
    signal.throwIfAborted();
    const awaited = this.underWay.get(key) ?? this.begin(key, question.path);
    awaited.progress.add(onProgress);
    return new Promise<Told>((resolve, reject) => {
      const leave = () => {
        awaited.progress.delete(onProgress);
        if (awaited.progress.size === 0) {
          this.underWay.delete(key);
          awaited.stop.abort();
        }
        reject(new DOMException("nobody waits any more", "AbortError"));
      };
      signal.addEventListener("abort", leave, { once: true });
      awaited.answer.then(resolve as (answer: unknown) => void, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  private begin(key: string, path: string): Awaited {
    const stop = new AbortController();
    const progress: Awaited["progress"] = new Set();
    const tell = (how: Progress) => {
      for (const onProgress of progress) onProgress(how);
    };
    const answer = this.fetch(path, stop.signal, tell)
      .then((told) => {
        if (!stop.signal.aborted) this.kept.set(key, told);
        return told;
      })
      .finally(() => {
        if (!stop.signal.aborted) this.underWay.delete(key);
      });
    const awaited = { answer, stop, progress };
    this.underWay.set(key, awaited);
    return awaited;
  }

  private async fetch(path: string, signal: AbortSignal, onProgress: (progress: Progress) => void): Promise<unknown> {
    let answer = await this.source.fetch(path, signal);
    while (isReading(answer)) {
      onProgress({ done: answer.bytes_read, total: answer.bytes_in_log });
      await pause(READING_POLL_MS, signal);
      answer = await this.source.fetch(path, signal);
    }
    return answer;
  }
}

/** The server from which the page came. */
export class ServerSource implements Source {
  readonly isEnclosed = false;

  async fetch(path: string, signal: AbortSignal): Promise<unknown> {
    let response: Response;
    try {
      response = await fetch(`/api/${INTERFACE_VERSION}/${path}`, { signal, headers: { accept: "application/json" } });
    } catch (error) {
      if (signal.aborted) throw error;
      throw new NoAnswer("unreachable", "The server of this page does not answer. Is `rollout-trace view` still running?");
    }
    let told: unknown;
    try {
      told = await response.json();
    } catch (error) {
      if (signal.aborted) throw error;
      throw new NoAnswer("unreadable", `The server answered with status ${response.status} and no JSON.`);
    }
    if (response.status === 202) return asReading(told as Reading);
    if (response.ok) return told;
    const problem = told as Partial<Problem>;
    throw new NoAnswer(problem.code ?? "unknown", problem.sentence ?? `The server answered with status ${response.status}.`);
  }

  changes(bundle: string | null): string {
    return `/api/${INTERFACE_VERSION}/${bundle === null ? "" : `rollouts/${bundle}/`}changes`;
  }
}

/** Whether an error only says that nobody waits for the answer any more. */
export function isAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}

/** Parameters in the order of their names, so that equal questions have equal paths. What is left open is left out. */
function queryOf(asked: object): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(asked as Record<string, Value>).sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (value !== null && value !== undefined && value !== "") given.set(name, String(value));
  }
  const query = given.toString();
  return query === "" ? "" : `?${query}`;
}

/** By what an answer is known. */
export function keyOf(question: Question<unknown>, revision: number): string {
  return `${revision} ${question.path}`;
}

const readings = new WeakSet<Reading>();

/** Marks what came with status 202. An answer could have the same fields. */
function asReading(told: Reading): Reading {
  readings.add(told);
  return told;
}

function isReading(told: unknown): told is Reading {
  return typeof told === "object" && told !== null && readings.has(told as Reading);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("nobody waits any more", "AbortError"));
    });
  });
}
