// A text of a trace in one of four forms: markdown, code, terminal, raw. All of it can be reached, none of it can do anything.
//
// Owns how texts of a trace become part of the page. Only here HTML is set, and only what markdown.ts and highlighted.ts
// made. A long text is shown by its beginning, with how much more there is.

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "./copy_button.tsx";
import { counted, exact } from "./format.ts";
import { highlighted, whyPlain } from "./highlighted.ts";
import { markdownHtml } from "./markdown.ts";
import { terminalText } from "./terminal_text.ts";
import { FORMS, type Form, beginningOf, countLines, guessForm, guessLanguage, piecesOf } from "./text_forms.ts";
import { VisibleText, withVisibleMarks } from "./visible_text.tsx";

export interface TextBlockProps {
  readonly text: string;
  /** The form that is shown first; guessed from the text if nothing is said. */
  readonly form?: Form | undefined;
  /** Of program text; guessed if nothing is said. */
  readonly language?: string | undefined;
  /** What the text is, for who is read to and for the button that copies. */
  readonly label?: string | undefined;
  /** How many characters of the text have not been fetched. */
  readonly unfetched?: number | undefined;
  /** Fetches them. */
  readonly onFetch?: (() => void) | undefined;
  /** Shows only the text, without the line of tools. */
  readonly isBare?: boolean;
}

export function TextBlock({ text, form, language, label = "text", unfetched = 0, onFetch, isBare = false }: TextBlockProps) {
  const [chosen, setChosen] = useState<Form | null>(null);
  const [wraps, setWraps] = useState(true);
  const [isWhole, setWhole] = useState(false);
  const beginning = useMemo(() => beginningOf(text), [text]);
  const shownForm = chosen ?? form ?? guessForm(text);
  const shown = isWhole ? text : beginning.shown;
  return (
    <div class={`text-block ${wraps ? "" : "text-unwrapped"}`}>
      {!isBare && (
        <div class="text-tools" role="group" aria-label={`How ${label} is shown`}>
          {FORMS.map((one) => (
            <button key={one} type="button" class="plain" aria-pressed={one === shownForm} onClick={() => setChosen(one)}>
              {one}
            </button>
          ))}
          <span class="frame-space" />
          {shownForm !== "markdown" && (
            <button type="button" class="plain" aria-pressed={wraps} onClick={() => setWraps(!wraps)} title="Wrap long lines">
              wrap
            </button>
          )}
          <CopyButton text={() => text} title={unfetched > 0 ? `Copy what was fetched of ${label}` : `Copy ${label}`} />
        </div>
      )}
      {text === "" ? <p class="text-empty">empty</p> : <TextForm text={shown} form={shownForm} language={language} />}
      {beginning.moreCharacters > 0 && (
        <p class="text-more">
          <button type="button" class="link" onClick={() => setWhole(!isWhole)}>
            {isWhole
              ? "show only the beginning"
              : `show all (${counted(beginning.moreLines, "more line")}, ${counted(beginning.moreCharacters, "more character")})`}
          </button>
        </p>
      )}
      {unfetched > 0 && (isWhole || beginning.moreCharacters === 0) && (
        <p class="text-more">
          {onFetch === undefined ? (
            <span class="quiet">{counted(unfetched, "more character")} not shown here</span>
          ) : (
            <button type="button" class="link" onClick={onFetch}>
              fetch {counted(unfetched, "more character")}
            </button>
          )}
        </p>
      )}
    </div>
  );
}

function TextForm({ text, form, language }: { text: string; form: Form; language: string | undefined }) {
  switch (form) {
    case "markdown":
      return <Markdown text={text} />;
    case "code":
      return <Code text={text} language={language} />;
    case "terminal":
      return <Terminal text={text} />;
    case "raw":
      return <Raw text={text} />;
  }
}

function Markdown({ text }: { text: string }) {
  const html = useMemo(() => markdownHtml(text), [text]);
  return <div class="markdown" dangerouslySetInnerHTML={{ __html: html }} />;
}

function Code({ text, language }: { text: string; language: string | undefined }) {
  const html = useMemo(
    () => highlighted(withVisibleMarks(text.replaceAll("\r\n", "\n")), language ?? guessLanguage(text)),
    [text, language],
  );
  const plain = whyPlain(text);
  if (html !== null) return <pre class="text-lines coloured" dangerouslySetInnerHTML={{ __html: html }} />;
  return (
    <>
      {plain !== null && <p class="text-remark">{plain}: not coloured</p>}
      <Raw text={text.replaceAll("\r\n", "\n")} />
    </>
  );
}

function Raw({ text }: { text: string }) {
  const pieces = useMemo(() => piecesOf(text), [text]);
  return (
    <pre class="text-lines">
      {pieces.map((piece, index) => (
        <TextPiece key={index} lines={countLines(piece)}>
          <VisibleText text={piece} />
        </TextPiece>
      ))}
    </pre>
  );
}

function Terminal({ text }: { text: string }) {
  const { pieces, overwritten } = useMemo(() => terminalText(text), [text]);
  return (
    <>
      {overwritten > 0 && (
        <p class="text-remark">lines were written over {overwritten === 1 ? "once" : `${exact(overwritten)} times`}; raw shows what stood there</p>
      )}
      <pre class="text-lines terminal">
        {pieces.map((piece, index) =>
          piece.classes === "" ? (
            <VisibleText key={index} text={piece.text} />
          ) : (
            <span key={index} class={piece.classes} style={{ "--fg": piece.foreground, "--bg": piece.background }}>
              <VisibleText text={piece.text} />
            </span>
          ),
        )}
      </pre>
    </>
  );
}

/** Some lines of a long text. The browser lays them out when they come into view. */
function TextPiece({ lines, children }: { lines: number; children: ComponentChildren }) {
  return (
    <div class="text-piece" style={{ containIntrinsicSize: `auto ${lines * 18}px` }}>
      {children}
    </div>
  );
}
