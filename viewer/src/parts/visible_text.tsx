// Text of a trace on a line: characters without a shape of their own are shown by their number, so that nothing hides.

import type { ComponentChildren } from "preact";

/**
 * Controls, marks that turn the direction of writing, and others without a shape, but for line feed and tab: what
 * Unicode calls Cc, Cf, Zl, Zp, Co and Cs; and what looks like a space and is none (U+115F, U+1160, U+3164, U+FFA0).
 * The joiner and the variation selectors between signs stay: without them, signs that are put together fall apart.
 */
const INVISIBLE = /(?![\n\t\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u115f\u1160\u3164\uffa0]/gu;
const LONE_JOINER = /(?<!\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier}|\p{Script=Deva}|\p{Script=Beng}|\p{Script=Arab})\u200d/gu;

/** `⟨U+202E⟩` for a character without a shape. */
export function codePointMark(character: string): string {
  return `⟨U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** The text with what is invisible written out; as plain text. */
export function withVisibleMarks(text: string): string {
  return text.replace(INVISIBLE, codePointMark).replace(LONE_JOINER, codePointMark);
}

/** The text as nodes, with what is invisible written out and set off. */
export function VisibleText({ text }: { text: string }) {
  const marked = withVisibleMarks(text);
  if (marked === text) return <>{text}</>;
  const nodes: ComponentChildren[] = [];
  let end = 0;
  for (const found of text.matchAll(new RegExp(`${INVISIBLE.source}|${LONE_JOINER.source}`, "gu"))) {
    nodes.push(text.slice(end, found.index));
    nodes.push(
      <span class="invisible-character" title="a character without a shape of its own">
        {codePointMark(found[0])}
      </span>,
    );
    end = found.index + found[0].length;
  }
  nodes.push(text.slice(end));
  return <bdi>{nodes}</bdi>;
}
