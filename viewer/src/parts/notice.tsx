// What stands where there is nothing to show: there is none, it is coming, or something went wrong.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Progress } from "../source.ts";
import { bytes, percent } from "./format.ts";
import { VisibleText } from "./visible_text.tsx";

/** A remark within the page. */
export function Notice({ kind = "note", children }: { kind?: "note" | "warning" | "error"; children: ComponentChildren }) {
  const word = { note: "Note", warning: "Warning", error: "Error" }[kind];
  return (
    <div class={`notice notice-${kind}`} role={kind === "error" ? "alert" : "note"}>
      {kind !== "note" && <strong>{word}</strong>}
      <div>{children}</div>
    </div>
  );
}

/** There is nothing, and that is the answer. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <div class="notice notice-empty">{children}</div>;
}

/** Something went wrong: the sentence, and the way to try again. */
export function Failed({ sentence, retry }: { sentence: string; retry?: (() => void) | undefined }) {
  return (
    <div class="notice notice-error" role="alert">
      <strong>No answer</strong>
      <div>
        <VisibleText text={sentence} />
      </div>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

const SHOWN_AFTER_MS = 150;

/** Something is coming. Says so only after a moment, so that what comes at once does not flicker. */
export function Loading({ progress }: { progress?: Progress | undefined }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOWN_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isShown) return <div class="notice" aria-busy="true" />;
  if (progress === undefined) {
    return (
      <div class="notice notice-empty" role="status">
        Loading …
      </div>
    );
  }
  return (
    <div class="notice notice-empty" role="status">
      <label>
        Reading the bundle: {bytes(progress.done)} of {bytes(progress.total)} ({percent(progress.done, progress.total)})
        <progress value={progress.done} max={Math.max(1, progress.total)} />
      </label>
    </div>
  );
}

/** What is there: the answer if it has come, else what stands in its place. */
export function Answered<Told>({
  asking,
  children,
}: {
  asking: { answer: Told | undefined; progress: Progress | undefined; error: string | undefined; retry: () => void };
  children: (told: Told) => ComponentChildren;
}) {
  return (
    <>
      {asking.error !== undefined && <Failed sentence={asking.error} retry={asking.retry} />}
      {asking.answer !== undefined
        ? children(asking.answer)
        : asking.error === undefined && <Loading progress={asking.progress} />}
    </>
  );
}
