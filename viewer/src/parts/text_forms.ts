// The forms in which a text can be shown, as far as they need no page: how much of it, its language, its lines.

import type { Excerpt } from "../interface.ts";

export const FORMS = ["markdown", "code", "terminal", "raw"] as const;
/** How a text is shown. `raw` shows every character of it. */
export type Form = (typeof FORMS)[number];

const MOST_LINES = 400;
const MOST_CHARACTERS = 40_000;

/** The beginning of a text, and how much more there is. */
export interface Beginning {
  readonly shown: string;
  readonly moreLines: number;
  readonly moreCharacters: number;
}

/** The first lines of a text, as many as are shown without being asked for. */
export function beginningOf(text: string, mostLines = MOST_LINES, mostCharacters = MOST_CHARACTERS): Beginning {
  let end = 0;
  for (let lines = 0; lines < mostLines && end < text.length; lines++) {
    const feed = text.indexOf("\n", end);
    end = feed < 0 ? text.length : feed + 1;
  }
  end = Math.min(end, mostCharacters);
  if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
  return {
    shown: end < text.length ? text.slice(0, end).replace(/\n$/, "") : text,
    moreLines: countLines(text, end),
    moreCharacters: text.length - end,
  };
}

/** Lines of a text from a position on; a line feed at the end begins no line. */
export function countLines(text: string, from = 0): number {
  if (from >= text.length) return 0;
  let lines = 0;
  for (let at = from; at < text.length; lines++) {
    const feed = text.indexOf("\n", at);
    at = feed < 0 ? text.length : feed + 1;
  }
  return lines;
}

/** How many characters a text has as the server counts them: code points. */
export function codePoints(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    if (isHighSurrogate(text.charCodeAt(at)) && isLowSurrogate(text.charCodeAt(at + 1))) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}

/** How many characters of a text its server has kept back, after those of the excerpt. */
export function unfetchedOf({ offset, characters, text }: Excerpt): number {
  return Math.max(0, characters - offset - codePoints(text));
}

/** The text in pieces of whole lines, so that a browser lays out only those that are in view. */
export function piecesOf(text: string, linesOfPiece = 200): string[] {
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    let end = at;
    for (let lines = 0; lines < linesOfPiece && end < text.length; lines++) {
      const feed = text.indexOf("\n", end);
      end = feed < 0 ? text.length : feed + 1;
    }
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

/** The form that suits a text of which nothing else is known. */
export function guessForm(text: string): Form {
  return text.includes("\u001b[") ? "terminal" : "raw";
}

const BEGINNINGS: ReadonlyArray<readonly [RegExp, string]> = [
  [/^\s*(\*\*\* Begin Patch|diff --git |--- \S|Index: )/, "diff"],
  [/^#!.*\bpython/, "python"],
  [/^#!.*\b(node|deno|bun)\b/, "javascript"],
  [/^#!/, "bash"],
  [/^\s*<(\?xml|!doctype|html|svg)\b/i, "xml"],
  [/^\s*[[{]\s*["[{\]}\d]/, "json"],
];

/** The language of a program, from how it begins; undefined if that does not tell. */
export function guessLanguage(text: string): string | undefined {
  const beginning = text.slice(0, 400);
  return BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1];
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
