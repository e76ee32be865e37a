// Questions asked by what is shown: hooks that give an answer as far as it has come, and drop it when nobody looks.

import { createContext } from "preact";
import { useContext, useEffect, useMemo, useReducer } from "preact/hooks";
import type { Answer, LibraryEndpoints, ObjectRef, Page } from "./interface.ts";
import { textOf } from "./address.ts";
import { enclosedSource } from "./enclosed.ts";
import {
  type Asked,
  Asker,
  type LibraryEndpoint,
  type Progress,
  type Question,
  type RolloutEndpoint,
  type Told,
  libraryQuestion,
  rolloutQuestion,
  ServerSource,
} from "./source.ts";
import { AnswerWatch, PagesWatch } from "./watching.ts";

export const AskerContext = createContext<Asker | null>(null);

let ofPage: Asker | undefined;

/** Who is asked by this page: its server, or the file that it is. */
export function askerOfPage(): Asker {
  ofPage ??= new Asker(enclosedSource() ?? new ServerSource());
  return ofPage;
}

/** Who is asked: the source of the page, but in tests. */
export function useAsker(): Asker {
  return useContext(AskerContext) ?? askerOfPage();
}

/** The rollout that is looked at, at which moment, and what is known of its growth. The frame provides it. */
export interface Looked {
  readonly bundle: string;
  /** The event as of which all is shown; null for the end. */
  readonly at: number | null;
  /** Another when the end of the log is another; at a moment in the past, when the log is. */
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

/** Any question. `revision` is another when the answer may be another. */
export function useQuestion<Told>(question: Question<Told> | null, revision: number): Asking<Told> {
  const asker = useAsker();
  const [, showAgain] = useReducer((count: number) => count + 1, 0);
  const watch = useMemo(() => new AnswerWatch<Told>(asker, () => showAgain(undefined as never)), [asker]);
  watch.turnTo(question, revision);
  useEffect(() => watch.ask(), [watch, question?.path, revision]);
  useEffect(() => () => watch.stop(), [watch]);
  const { answer, progress, error } = watch;
  return {
    answer,
    progress,
    error,
    loading: question !== null && answer === undefined && error === undefined,
    retry: () => watch.retry(),
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

type Unpaged<Question> = Omit<Question, "offset" | "limit">;
type EntryOf<List> = List extends Page<infer Entry> ? Entry : never;

/** A list of the rollout that is looked at. */
export function usePages<Name extends RolloutEndpoint>(
  name: Name,
  asked: Unpaged<Asked<Name>>,
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
  return usePagesOf(question, pageIn, revision);
}

/** Any list that comes in pages. */
export function usePagesOf<Told, Entry>(
  questionFor: (offset: number, limit: number) => Question<Told>,
  pageIn: (told: Told) => Page<Entry>,
  revision: number,
): Pages<Entry> {
  const asker = useAsker();
  const [, showAgain] = useReducer((count: number) => count + 1, 0);
  const { path, subject } = questionFor(0, 0);
  const watch = useMemo(() => new PagesWatch<Told, Entry>(asker, () => showAgain(undefined as never)), [asker, subject]);
  watch.turnTo(questionFor, pageIn, revision);
  useEffect(() => watch.ask(), [watch, path, revision]);
  useEffect(() => () => watch.stop(), [watch]);
  const need = useMemo(() => (first: number, last: number) => watch.need(first, last), [watch]);
  return {
    total: watch.total,
    at: (index) => watch.at(index),
    need,
    loading: watch.total === null && watch.error === undefined,
    progress: watch.progress,
    error: watch.error,
    retry: () => watch.retry(),
    key: subject,
  };
}

/** Asks for the beginning of a list, by which it is known how long it is. */
export function useBeginning({ key, total, need }: Pages<unknown>): void {
  const isKnown = total !== null;
  useEffect(() => {
    if (!isKnown) need(0, 0);
  }, [key, isKnown]);
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

/** The log of a bundle is another, so that its objects have other names. */
export function forgetNames(bundle: string): void {
  names.delete(bundle);
}

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
