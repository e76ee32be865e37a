// A text as far as there is room for it. What is left out is never left out in silence.

import { counted } from "./format.ts";
import { beginningOf, codePoints } from "./text_forms.ts";
import { VisibleText } from "./visible_text.tsx";

export interface CutTextProps {
  readonly text: string;
  /** How many characters there is room for. */
  readonly most: number;
  /** How many characters it has in all, where `text` is itself only the beginning. */
  readonly inAll?: number;
  /** Who has the rest, as in `the conversation`; without this, only dots say that there is more. */
  readonly whoHasRest?: string;
}

export function CutText({ text, most, inAll = codePoints(text), whoHasRest }: CutTextProps) {
  const { shown } = beginningOf(text, Infinity, most);
  const missing = inAll - codePoints(shown);
  return (
    <>
      <VisibleText text={shown} />
      {missing > 0 && (whoHasRest === undefined ? "…" : <span class="faint"> … {counted(missing, "more character")}; {whoHasRest} has them</span>)}
    </>
  );
}
