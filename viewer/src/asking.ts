// Questions asked by what is shown: hooks that give an answer as far as it has come, and drop it when nobody looks.

import { createContext } from "preact";
import { useContext, useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import type { Answer, LibraryEndpoints, ObjectRef, Page } from "./interface.ts";
import { textOf } from "./address.ts";
import { enclosedSource } from "./enclosed.ts";
import { PageCache } from "./page_cache.ts";
import {
  type Asked,
  Asker,
  type LibraryEndpoint,
  type Progress,
  type Question,
  type RolloutEndpoint,
  type Told,
  isAborted,
  libraryQuestion,
  rolloutQuestion,
  ServerSource,
} from "./source.ts";

export const AskerContext = createContext<Asker | null>(null);

let ofPage: Asker | undefined;

/** Who is asked: the source of the page, but in tests. */
export function useAsker(): Asker {
  const given = useContext(AskerContext);
  if (given !== null) return given;
  ofPage ??= new Asker(enclosedSource() ?? new ServerSource());
  return ofPage;
}

/** The rollout that is looked at, at which moment, and what is known of its growth. The frame provides it. */
export interface Looked {
  readonly bundle: string;
  /** The event as of which all is shown; null for the end. */
  readonly at: number | null;
  /** Rises when the end of the log is another; at a moment in the past nothing changes. */
  readonly revision: number;
}

export const LookedContext = createContext<Looked | null>(null);

/** The revision of the list of bundles. The frame provides it. */
export const LibraryRevisionContext = createContext(0);

/** The rollout that is looked at. Only places of a bundle may ask. */
export function useLooked(): Looked {
  const looked = useContext(LookedContext);
  if (looked === null) throw new Error("no bundle is looked at here");
  return looked;
}

/** An answer as far as it has come. An older answer stays to be seen while the list behind it changes. */
export interface Asking<Told> {
  readonly answer: Told | undefined;
  /** There is nothing to show yet. */
  readonly loading: boolean;
  /** How far the bundle has been read, if that is what is waited for. */
  readonly progress: Progress | undefined;
  /** The sentence that says why there is no answer. */
  readonly error: string | undefined;
  readonly retry: () => void;
}

/** An answer about the rollout that is looked at, at the moment that is looked at. With `null` nothing is asked. */
export function useAnswer<Name extends RolloutEndpoint>(name: Name, asked: Asked<Name> | null): Asking<Told<Name>> {
  const looked = useLooked();
  const question = asked === null ? null : rolloutQuestion(looked.bundle, looked.at, name, asked);
  const asking = useQuestion(question, looked.revision);
  rememberNames(looked.bundle, asking.answer);
  return { ...asking, answer: asking.answer?.answer };
}

/** An answer about many bundles. */
export function useLibraryAnswer<Name extends LibraryEndpoint>(
  name: Name,
  asked: LibraryEndpoints[Name]["asked"] | null,
): Asking<LibraryEndpoints[Name]["told"]> {
  const revision = useContext(LibraryRevisionContext);
  return useQuestion(asked === null ? null : libraryQuestion(name, asked), revision);
}

/** Any question. `revision` rises when the answer may be another. */
export function useQuestion<Told>(question: Question<Told> | null, revision: number): Asking<Told> {
  const asker = useAsker();
  const [, showAgain] = useReducer((count: number) => count + 1, 0);
  const [tries, retry] = useReducer((count: number) => count + 1, 0);
  const state = useRef<{ path: string | undefined; answer: Told | undefined; progress: Progress | undefined; error: string | undefined }>({
    path: undefined,
    answer: undefined,
    progress: undefined,
    error: undefined,
  });
  const path = question?.path;
  if (state.current.path !== path) {
    state.current = { path, answer: undefined, progress: undefined, error: undefined };
  }
  const known = question === null ? undefined : asker.known(question, revision);
  if (known !== undefined) state.current.answer = known;

  useEffect(() => {
    if (question === null || asker.known(question, revision) !== undefined) return undefined;
    const stop = new AbortController();
    const mine = state.current;
    const tell = (change: Partial<typeof mine>) => {
      if (stop.signal.aborted) return;
      Object.assign(mine, change);
      showAgain(undefined as never);
    };
    mine.error = undefined;
    asker.ask(question, revision, stop.signal, (progress) => tell({ progress })).then(
      (answer) => tell({ answer, progress: undefined, error: undefined }),
      (error: unknown) => {
        if (!isAborted(error)) tell({ progress: undefined, error: sentenceOf(error) });
      },
    );
    return () => stop.abort();
  }, [asker, path, revision, tries]);

  const { answer, progress, error } = state.current;
  return {
    answer,
    progress,
    error,
    loading: question !== null && answer === undefined && error === undefined,
    retry: () => retry(undefined as never),
  };
}

/** A list of which pages come as they are looked at. */
export interface Pages<Entry> {
  /** How many entries there are in all; null as long as that is not known. */
  readonly total: number | null;
  readonly at: (index: number) => Entry | undefined;
  /** Says which entries are in view (both included), so that their pages are fetched. */
  readonly need: (first: number, last: number) => void;
  readonly loading: boolean;
  readonly progress: Progress | undefined;
  readonly error: string | undefined;
  readonly retry: () => void;
  /** Another list has another key; a list that grows keeps it. */
  readonly key: string;
}

const PAGE_SIZE = 100;

/** How a list changes when its revision rises. */
export type Growth = "appended" | "anywhere";

type Unpaged<Question> = Omit<Question, "offset" | "limit">;
type EntryOf<List> = List extends Page<infer Entry> ? Entry : never;

/** A list of the rollout that is looked at. `growth` says whether a live rollout only appends to it. */
export function usePages<Name extends RolloutEndpoint>(
  name: Name,
  asked: Unpaged<Asked<Name>>,
  growth: Growth = "anywhere",
): Pages<EntryOf<Told<Name>>> {
  const looked = useLooked();
  const question = (offset: number, limit: number) =>
    rolloutQuestion(looked.bundle, looked.at, name, { ...asked, offset, limit } as unknown as Asked<Name>);
  return usePagesOf(
    question,
    (told: Answer<Told<Name>>) => {
      rememberNames(looked.bundle, told);
      return told.answer as Page<EntryOf<Told<Name>>>;
    },
    looked.revision,
    growth,
  );
}

/** A list about many bundles; `pageIn` says where in the answer the page is, if the answer is not the page itself. */
export function useLibraryPages<Name extends LibraryEndpoint, Entry = EntryOf<LibraryEndpoints[Name]["told"]>>(
  name: Name,
  asked: Unpaged<LibraryEndpoints[Name]["asked"]>,
  pageIn: (told: LibraryEndpoints[Name]["told"]) => Page<Entry> = (told) => told as Page<Entry>,
): Pages<Entry> {
  const revision = useContext(LibraryRevisionContext);
  const question = (offset: number, limit: number) =>
    libraryQuestion(name, { ...asked, offset, limit } as unknown as LibraryEndpoints[Name]["asked"]);
  return usePagesOf(question, pageIn, revision, "anywhere");
}

/** Any list that comes in pages. */
export function usePagesOf<Told, Entry>(
  questionFor: (offset: number, limit: number) => Question<Told>,
  pageIn: (told: Told) => Page<Entry>,
  revision: number,
  growth: Growth,
): Pages<Entry> {
  const asker = useAsker();
  const [, showAgain] = useReducer((count: number) => count + 1, 0);
  const key = questionFor(0, PAGE_SIZE).path;
  const list = useMemo(
    () => ({
      cache: new PageCache<Entry>(PAGE_SIZE),
      underWay: new Map<number, AbortController>(),
      inView: [0, 0] as [number, number],
      revision,
      progress: undefined as Progress | undefined,
      error: undefined as string | undefined,
    }),
    [asker, key],
  );
  if (list.revision !== revision) {
    list.revision = revision;
    if (growth === "appended") list.cache.grow();
    else list.cache.outdate();
  }
  const pageOfTold = useRef(pageIn);
  pageOfTold.current = pageIn;

  const fetchMissing = () => {
    for (const offset of list.cache.missing(...list.inView)) {
      if (list.underWay.has(offset)) continue;
      const stop = new AbortController();
      list.underWay.set(offset, stop);
      const asOf = list.cache.asOf;
      asker
        .ask(questionFor(offset, PAGE_SIZE), list.revision, stop.signal, (progress) => {
          list.progress = progress;
          showAgain(undefined as never);
        })
        .then(
          (told) => {
            if (stop.signal.aborted) return;
            list.error = undefined;
            list.cache.put(pageOfTold.current(told), asOf);
          },
          (error: unknown) => {
            if (!isAborted(error)) list.error = sentenceOf(error);
          },
        )
        .finally(() => {
          if (stop.signal.aborted) return;
          list.underWay.delete(offset);
          list.progress = undefined;
          showAgain(undefined as never);
          if (list.error === undefined) fetchMissing();
        });
    }
  };
  const fetchLatest = useRef(fetchMissing);
  fetchLatest.current = fetchMissing;

  useEffect(() => {
    list.error = undefined;
    fetchLatest.current();
  }, [list, revision]);
  useEffect(
    () => () => {
      for (const stop of list.underWay.values()) stop.abort();
      list.underWay.clear();
    },
    [list],
  );
  const need = useMemo(
    () => (first: number, last: number) => {
      list.inView = [first, last];
      if (list.error === undefined) fetchLatest.current();
    },
    [list],
  );
  return {
    total: list.cache.total,
    at: (index) => list.cache.at(index),
    need,
    loading: list.cache.total === null && list.error === undefined,
    progress: list.progress,
    error: list.error,
    retry: () => {
      list.error = undefined;
      fetchLatest.current();
      showAgain(undefined as never);
    },
    key,
  };
}

/** A list that is known as a whole, for what wants pages. */
export function wholeList<Entry>(entries: ReadonlyArray<Entry>, key = "whole"): Pages<Entry> {
  return {
    total: entries.length,
    at: (index) => entries[index],
    need: () => {},
    loading: false,
    progress: undefined,
    error: undefined,
    retry: () => {},
    key,
  };
}

/** The short names of objects that answers have told, by bundle. They do not change as a log grows. */
const names = new Map<string, Map<string, string>>();

function rememberNames(bundle: string, told: Answer<unknown> | undefined): void {
  if (told === undefined) return;
  let ofBundle = names.get(bundle);
  if (ofBundle === undefined) names.set(bundle, (ofBundle = new Map()));
  for (const [ref, name] of Object.entries(told.names)) ofBundle.set(ref, name);
}

/** The short name of an object, if an answer about its bundle has told it. */
export function nameIn(bundle: string | null, ref: ObjectRef): string | undefined {
  return bundle === null ? undefined : names.get(bundle)?.get(textOf(ref));
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
