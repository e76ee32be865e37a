// A text of an object, of which answers have the beginning: the rest is fetched when it is asked for.

import { useEffect, useState } from "preact/hooks";
import { textOf } from "../address.ts";
import { useAsker, useLooked } from "../asking.ts";
import type { Excerpt, ObjectRef } from "../interface.ts";
import { isAborted, rolloutQuestion } from "../source.ts";
import { Failed, Loading } from "./notice.tsx";
import { TextBlock, type TextBlockProps } from "./text_block.tsx";
import { codePoints, unfetchedOf } from "./text_forms.ts";

export interface ExcerptBlockProps extends Omit<TextBlockProps, "text" | "unfetched" | "onFetch"> {
  readonly excerpt: Excerpt;
  readonly object: ObjectRef;
  /** The text's title among those of the object. */
  readonly title: string;
}

/** How many characters are fetched at once. */
const FETCHED = 200_000;

export function ExcerptBlock(props: ExcerptBlockProps) {
  const { bundle } = useLooked();
  return <GrowingText key={`${bundle} ${textOf(props.object)} ${props.title}`} {...props} />; // the text of another is another
}

function GrowingText({ excerpt, object, title, ...look }: ExcerptBlockProps) {
  const asker = useAsker();
  const { bundle, at, revision } = useLooked();
  const [text, setText] = useState(excerpt.text);
  const [fetches, setFetches] = useState(false);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => setText(excerpt.text), [excerpt.text, excerpt.characters]);

  useEffect(() => {
    if (!fetches) return undefined;
    const stop = new AbortController();
    const offset = codePoints(text);
    const asked = { kind: object.kind, id: object.object_id, title, offset, limit: FETCHED };
    asker.ask(rolloutQuestion(bundle, at, "object/text", asked), revision, stop.signal).then(
      (told) => {
        if (stop.signal.aborted) return;
        setText(text + told.answer.text);
        setFetches(false);
      },
      (reason: unknown) => {
        if (isAborted(reason)) return;
        setError(reason instanceof Error ? reason.message : String(reason));
        setFetches(false);
      },
    );
    return () => stop.abort();
  }, [fetches, text]);

  const fetch = () => {
    setError(null);
    setFetches(true);
  };
  return (
    <>
      <TextBlock {...look} text={text} unfetched={unfetchedOf({ ...excerpt, text })} onFetch={fetches ? undefined : fetch} />
      {fetches && <Loading />}
      {error !== null && <Failed sentence={error} retry={fetch} />}
    </>
  );
}
