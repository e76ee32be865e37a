// A JSON value to be looked at: folded, and unfolded as far as one wants. What is folded says how much is in it.

import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { CopyButton } from "./copy_button.tsx";
import { counted, exact } from "./format.ts";
import { ExactNumber, chunksOf, parsedJson, preview, writtenJson } from "./json_text.ts";
import { TextBlock } from "./text_block.tsx";
import { VisibleText } from "./visible_text.tsx";

export interface JsonViewProps {
  /** The value, or its text: then numbers stay as they are written there. */
  readonly value?: unknown;
  readonly text?: string;
  /** How many levels are unfolded at first. */
  readonly open?: number;
  readonly label?: string;
}

export function JsonView({ value, text, open = 1, label = "JSON" }: JsonViewProps) {
  const parsed = useMemo(() => (text === undefined ? { value } : parsedJson(text)), [value, text]);
  const [isText, setText] = useState(false);
  const [unfolding, setUnfolding] = useState({ levels: open, times: 0 });
  if (parsed === null) return <TextBlock text={text ?? ""} form="raw" label={label} />;
  const unfold = (levels: number) => setUnfolding({ levels, times: unfolding.times + 1 });
  return (
    <div class="text-block json">
      <div class="text-tools" role="group" aria-label={`How ${label} is shown`}>
        <button type="button" class="plain" aria-pressed={!isText} onClick={() => setText(false)}>
          tree
        </button>
        <button type="button" class="plain" aria-pressed={isText} onClick={() => setText(true)}>
          text
        </button>
        {!isText && (
          <>
            <button type="button" class="plain" onClick={() => unfold(open + 2)}>
              unfold more
            </button>
            <button type="button" class="plain" onClick={() => unfold(0)}>
              fold
            </button>
          </>
        )}
        <span class="frame-space" />
        <CopyButton text={() => text ?? writtenJson(parsed.value)} title={`Copy ${label}`} />
      </div>
      {isText ? (
        <TextBlock text={text ?? writtenJson(parsed.value)} form="code" language="json" label={label} isBare />
      ) : (
        <div class="json-tree" key={unfolding.times}>
          <JsonNode value={parsed.value} levels={unfolding.levels} />
        </div>
      )}
    </div>
  );
}

function JsonNode({ name, value, levels }: { name?: string | number; value: unknown; levels: number }) {
  const label = name === undefined ? null : <JsonName name={name} />;
  if (value instanceof ExactNumber || typeof value !== "object" || value === null) {
    return (
      <div class="json-line">
        {label}
        <JsonScalar value={value} />
      </div>
    );
  }
  return <JsonBranch label={label} value={value} levels={levels} />;
}

function JsonBranch({ label, value, levels }: { label: ComponentChildren; value: object; levels: number }) {
  const [isOpen, setOpen] = useState(levels > 0);
  const isArray = Array.isArray(value);
  const entries = isOpen ? Object.entries(value) : [];
  const count = isArray ? value.length : Object.keys(value).length;
  const [opening, closing] = isArray ? "[]" : "{}";
  if (count === 0) {
    return (
      <div class="json-line">
        {label}
        <span class="json-mark">
          {opening}
          {closing}
        </span>
      </div>
    );
  }
  return (
    <div>
      <button type="button" class="json-line json-fold" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {label}
        <span class="json-mark">
          {opening}
          {!isOpen && ` … ${closing}`}
        </span>
        <span class="json-count">{isArray ? counted(count, "entry", "entries") : counted(count, "field")}</span>
        {!isOpen && (
          <span class="json-preview">
            <VisibleText text={preview(value)} />
          </span>
        )}
      </button>
      {isOpen && (
        <>
          <div class="json-inside">
            <JsonEntries entries={entries} isArray={isArray} levels={levels - 1} />
          </div>
          <div class="json-line json-mark">{closing}</div>
        </>
      )}
    </div>
  );
}

function JsonEntries({ entries, isArray, levels }: { entries: ReadonlyArray<[string, unknown]>; isArray: boolean; levels: number }) {
  const chunks = chunksOf(entries.length);
  if (chunks.length === 1) {
    return (
      <>
        {entries.map(([name, value]) => (
          <JsonNode key={name} name={isArray ? Number(name) : name} value={value} levels={levels} />
        ))}
      </>
    );
  }
  return (
    <>
      {chunks.map(([first, last]) => (
        <JsonChunk key={first} first={first} last={last} isOpen={first === 0}>
          {() => (
            <>
              {entries.slice(first, last + 1).map(([name, value]) => (
                <JsonNode key={name} name={isArray ? Number(name) : name} value={value} levels={levels} />
              ))}
            </>
          )}
        </JsonChunk>
      ))}
    </>
  );
}

/** Some entries of very many, which are in the page only while they are unfolded. */
function JsonChunk(props: { first: number; last: number; isOpen: boolean; children: () => ComponentChildren }) {
  const [isOpen, setOpen] = useState(props.isOpen);
  return (
    <div>
      <button type="button" class="json-line json-fold json-count" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {exact(props.first)} … {exact(props.last)}
      </button>
      {isOpen && <div class="json-inside">{props.children()}</div>}
    </div>
  );
}

function JsonName({ name }: { name: string | number }) {
  return (
    <span class={typeof name === "number" ? "json-index" : "json-name"}>
      <VisibleText text={String(name)} />:{" "}
    </span>
  );
}

const LONG_STRING = 200;

function JsonScalar({ value }: { value: unknown }) {
  const [isText, setText] = useState(false);
  if (typeof value !== "string") return <span class={value === null ? "json-null" : "json-value"}>{String(value)}</span>;
  const isLong = value.length > LONG_STRING || value.includes("\n");
  if (!isLong) {
    return (
      <span class="json-string">
        <VisibleText text={JSON.stringify(value)} />
      </span>
    );
  }
  return (
    <>
      <button type="button" class="json-fold json-text" aria-expanded={isText} onClick={() => setText(!isText)}>
        {!isText && (
          <span class="json-string">
            <VisibleText text={JSON.stringify(value.slice(0, LONG_STRING))} />
          </span>
        )}
        <span class="json-count">
          {value.length > LONG_STRING && !isText && "… "}
          text of {counted(value.length, "character")}
        </span>
      </button>
      {isText && <TextBlock text={value} />}
    </>
  );
}
