// Words on the canvas: shortened to the room that there is. Each character is measured once, each shortening made once.
//
// The width of a label is that of its characters, one by one. What kerning would save does not matter; to measure each
// shortening of each label while one zooms did: it took most of the time of a frame.

import { withVisibleMarks } from "../../parts/visible_text.tsx";

/** No label is longer: no screen shows more. */
const MOST_CHARACTERS = 240;
const LEAST_CHARACTERS = 4;
const MOST_KEPT = 20_000;
const MARK = "…";

export class Labels {
  private readonly texts = new Map<number, string>();
  private readonly shortened = new Map<number, string>();
  private readonly widths = new Map<number, number>();

  /** `measure` gives the width of a character in pixels. */
  constructor(
    private readonly wordsOf: (number: number) => string,
    private readonly measure: (character: string) => number,
  ) {}

  /** The words of a span as far as they fit into so many pixels; null if too few do. */
  fitting(number: number, pixels: number): string | null {
    const text = this.textOf(number);
    const room = pixels - this.widthOf(MARK.charCodeAt(0));
    let width = 0;
    let fit = 0;
    for (let place = 0; place < text.length; place++) {
      width += this.widthOf(text.charCodeAt(place));
      if (width > pixels) return fit < LEAST_CHARACTERS ? null : this.shorten(number, text, fit);
      if (width <= room) fit = place + 1;
    }
    return text;
  }

  private textOf(number: number): string {
    let text = this.texts.get(number);
    if (text === undefined) {
      text = withVisibleMarks(this.wordsOf(number).slice(0, MOST_CHARACTERS));
      if (this.texts.size >= MOST_KEPT) this.texts.clear();
      this.texts.set(number, text);
    }
    return text;
  }

  private shorten(number: number, text: string, characters: number): string {
    // What is invisible is written out, so that a text may become longer than was taken of it.
    const key = number * (MOST_CHARACTERS * 12) + characters;
    let shortened = this.shortened.get(key);
    if (shortened === undefined) {
      shortened = text.slice(0, characters) + MARK;
      if (this.shortened.size >= MOST_KEPT) this.shortened.clear();
      this.shortened.set(key, shortened);
    }
    return shortened;
  }

  private widthOf(code: number): number {
    let width = this.widths.get(code);
    if (width === undefined) this.widths.set(code, (width = this.measure(String.fromCharCode(code))));
    return width;
  }
}
