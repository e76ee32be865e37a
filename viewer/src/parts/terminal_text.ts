// What a command printed, as its terminal would have shown it: colours and weights, and lines that were written over.

import { AnsiUp } from "ansi_up";

/** A stretch of text that looks the same throughout. Colours of `rgb` are numbers of CSS, such as `255 128 0`. */
export interface TerminalPiece {
  readonly text: string;
  readonly classes: string;
  readonly foreground: string | undefined;
  readonly background: string | undefined;
}

export interface TerminalText {
  readonly pieces: ReadonlyArray<TerminalPiece>;
  /** How often a line was begun anew over what stood there, as by a bar of progress. */
  readonly overwritten: number;
}

/** A colour and a stretch of text, as the library has them. */
interface Colour {
  readonly rgb: ReadonlyArray<number>;
  readonly class_name: string;
}
interface Stretch {
  readonly text: string;
  readonly bold: boolean;
  readonly faint: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly fg: Colour | null;
  readonly bg: Colour | null;
}

/** The pieces of a text with terminal sequences. Sequences that move the cursor have no effect; nothing becomes a link. */
export function terminalText(text: string): TerminalText {
  const { kept, overwritten } = withoutOverwritten(text);
  const pieces: TerminalPiece[] = [];
  const reader = new AnsiUp();
  // The library makes HTML of each stretch. We make nodes, so that no text ever is markup; its version is fixed.
  Object.assign(reader, {
    transform_to_html: (stretch: Stretch) => {
      if (stretch.text !== "") pieces.push(pieceOf(stretch));
      return "";
    },
    process_hyperlink: (link: { readonly text: string; readonly url: string }) => {
      pieces.push(plain(`${link.text} ⟨${link.url}⟩`));
      return "";
    },
  });
  reader.ansi_to_html(kept);
  const rest = (reader as unknown as { readonly _buffer: string })._buffer; // a sequence that the text does not end
  if (rest !== "") pieces.push(plain(rest));
  return { pieces, overwritten };
}

function plain(text: string): TerminalPiece {
  return { text, classes: "", foreground: undefined, background: undefined };
}

function pieceOf({ text, bold, faint, italic, underline, fg, bg }: Stretch): TerminalPiece {
  const classes = [
    bold ? "ansi-bold" : "",
    faint ? "ansi-faint" : "",
    italic ? "ansi-italic" : "",
    underline ? "ansi-underline" : "",
    fg === null ? "" : isNamed(fg) ? `${fg.class_name}-fg` : "ansi-fg",
    bg === null ? "" : isNamed(bg) ? `${bg.class_name}-bg` : "ansi-bg",
  ];
  return {
    text,
    classes: classes.filter((name) => name !== "").join(" "),
    foreground: fg === null || isNamed(fg) ? undefined : `rgb(${fg.rgb.join(" ")})`,
    background: bg === null || isNamed(bg) ? undefined : `rgb(${bg.rgb.join(" ")})`,
  };
}

function isNamed(colour: Colour): boolean {
  return colour.class_name !== "truecolor";
}

/** The sequences of a text that say how what follows looks. They hold on when the text itself is written over. */
function looksIn(text: string): ReadonlyArray<string> {
  return text.match(/\u001b\[[0-9;:]*m/g) ?? [];
}

/** Each line as it stood in the end: a carriage return begins it anew. */
function withoutOverwritten(text: string): { kept: string; overwritten: number } {
  if (!text.includes("\r")) return { kept: text, overwritten: 0 };
  let overwritten = 0;
  const lines = text.split("\n").map((line) => {
    const writings = line.replace(/\r+$/, "").split("\r");
    overwritten += writings.length - 1;
    if (writings.length === 1) return writings[0];
    if (line.includes("\u001b")) return [...writings.slice(0, -1).flatMap(looksIn), writings.at(-1)].join("");
    return writings.reduce((before, after) => after + before.slice(after.length));
  });
  return { kept: lines.join("\n"), overwritten };
}
