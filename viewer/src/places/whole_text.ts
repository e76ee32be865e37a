// A long text that the server gives in parts, fetched as a whole when it is wanted.

import { useEffect, useReducer, useState } from "preact/hooks";
import { useAsker, useLooked } from "../asking.ts";
import type { Excerpt, ObjectRef } from "../interface.ts";
import { codePoints, unfetchedOf } from "../parts/text_forms.ts";
import { type Asker, type Progress, isAborted, rolloutQuestion } from "../source.ts";

/** The most that the server gives at once: characters of a text, bytes of a payload. */
const MOST_AT_ONCE = 2_000_000;

/** A text as far as it has come. */
export interface WholeText {
  readonly answer: string | undefined;
  readonly progress: Progress | undefined;
  readonly error: string | undefined;
  readonly retry: () => void;
}

/** A part of a text, and where the next one begins; null if this was the last. */
interface Part {
  readonly text: string;
  readonly next: number | null;
}

type AskPart = (asker: Asker, offset: number, stop: AbortSignal) => Promise<Part>;

/** A text of an object, of which an answer had the beginning, or all. Nothing is asked until it is wanted. */
export function useWholeText(object: ObjectRef, title: string, excerpt: Excerpt, isWanted: boolean): WholeText {
  const isWhole = excerpt.offset === 0 && unfetchedOf(excerpt) === 0;
  const { bundle, at, revision } = useLooked();
  const ask: AskPart = async (asker, offset, stop) => {
    const asked = { kind: object.kind, id: object.object_id, title, offset, limit: MOST_AT_ONCE };
    const { answer } = await asker.ask(rolloutQuestion(bundle, at, "object/text", asked), revision, stop);
    const end = offset + codePoints(answer.text);
    return { text: answer.text, next: answer.text !== "" && end < answer.characters ? end : null };
  };
  const asked = useParts(ask, `${bundle} ${at} ${revision} ${object.kind} ${object.object_id} ${title}`, isWanted && !isWhole);
  return isWhole ? { ...asked, answer: excerpt.text } : asked;
}

/** A payload. Nothing is asked until it is wanted. */
export function useWholePayload(payload: string, isWanted: boolean): WholeText {
  const { bundle, at, revision } = useLooked();
  const ask: AskPart = async (asker, offset, stop) => {
    const { answer } = await asker.ask(rolloutQuestion(bundle, at, "payload", { payload, offset, limit: MOST_AT_ONCE }), revision, stop);
    if (answer.fault !== null) throw new Error(answer.fault);
    return { text: answer.text, next: answer.next_offset };
  };
  return useParts(ask, `${bundle} ${payload}`, isWanted);
}

function useParts(ask: AskPart, key: string, isWanted: boolean): WholeText {
  const asker = useAsker();
  const [told, setTold] = useState<{ key: string; answer?: string; error?: string }>();
  const [tries, tryAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (!isWanted || (told?.key === key && told.answer !== undefined)) return undefined;
    const stop = new AbortController();
    gather(asker, ask, stop.signal).then(
      (answer) => setTold({ key, answer }),
      (error: unknown) => {
        if (!isAborted(error)) setTold({ key, error: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => stop.abort();
  }, [key, isWanted, tries]);
  const mine = told?.key === key ? told : undefined;
  return { answer: mine?.answer, error: mine?.error, progress: undefined, retry: () => tryAgain(undefined as never) };
}

async function gather(asker: Asker, ask: AskPart, stop: AbortSignal): Promise<string> {
  const texts = [];
  let offset: number | null = 0;
  while (offset !== null) {
    const part: Part = await ask(asker, offset, stop);
    texts.push(part.text);
    offset = part.next;
  }
  return texts.join("");
}
