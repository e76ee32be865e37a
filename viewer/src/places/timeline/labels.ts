// Words on the canvas: shortened to the room that there is, and measured once.

import { withVisibleMarks } from "../../parts/visible_text.tsx";

/** No label is longer; what a pixel-wide screen could show is not measured. */
const MOST_CHARACTERS = 160;
const LEAST_CHARACTERS = 3;
const MOST_KEPT = 4_000;

export class Labels {
  private readonly texts = new Map<number, { text: string; perCharacter: number }>();
  private readonly shortened = new Map<number, string>();

  constructor(
    private readonly wordsOf: (number: number) => string,
    private readonly measure: (text: string) => number,
  ) {}

  /** The words of a span as far as they fit into so many pixels; null if too few do. No string is made twice. */
  fitting(number: number, pixels: number): string | null {
    let label = this.texts.get(number);
    if (label === undefined) {
      const text = withVisibleMarks(this.wordsOf(number).slice(0, MOST_CHARACTERS));
      label = { text, perCharacter: text === "" ? Infinity : this.measure(text) / text.length };
      if (this.texts.size >= MOST_KEPT) this.forget();
      this.texts.set(number, label);
    }
    const characters = Math.floor(pixels / label.perCharacter);
    if (characters >= label.text.length) return label.text;
    if (characters < LEAST_CHARACTERS) return null;
    const key = number * (MOST_CHARACTERS * 8) + characters;
    let shortened = this.shortened.get(key);
    if (shortened === undefined) {
      shortened = `${label.text.slice(0, characters - 1)}…`;
      if (this.shortened.size >= MOST_KEPT) this.shortened.clear();
      this.shortened.set(key, shortened);
    }
    return shortened;
  }

  /** What was known is another now: the font, or the words. */
  forget(): void {
    this.texts.clear();
    this.shortened.clear();
  }
}
