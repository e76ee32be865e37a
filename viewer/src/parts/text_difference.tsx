// How two texts differ: lines that went, lines that came, and the words that make the difference within them.

import { useMemo, useState } from "preact/hooks";
import { counted } from "./format.ts";
import { Empty, Notice } from "./notice.tsx";
import { TextBlock } from "./text_block.tsx";
import { type DifferenceLine, type DifferenceRow, differenceLines, folded } from "./text_lines.ts";
import { VisibleText } from "./visible_text.tsx";

export interface TextDifferenceProps {
  readonly before: string;
  readonly after: string;
  readonly beforeTitle: string;
  readonly afterTitle: string;
}

const ROWS_AT_ONCE = 1_000;
const SIGNS = { same: " ", removed: "−", added: "+" } as const;
const WORDS = { same: "", removed: "removed: ", added: "added: " } as const;

export function TextDifference({ before, after, beforeTitle, afterTitle }: TextDifferenceProps) {
  const lines = useMemo(() => differenceLines(before, after), [before, after]);
  const rows = useMemo(() => (lines === null ? [] : folded(lines)), [lines]);
  const [most, setMost] = useState(ROWS_AT_ONCE);
  if (before === after) return <Empty>The two say the same.</Empty>;
  if (lines === null) {
    return (
      <>
        <Notice>They differ so much that a comparison line by line takes too long. Both follow.</Notice>
        <h3>{beforeTitle}</h3>
        <TextBlock text={before} label={beforeTitle} />
        <h3>{afterTitle}</h3>
        <TextBlock text={after} label={afterTitle} />
      </>
    );
  }
  const count = (kind: DifferenceLine["kind"]) => lines.filter((line) => line.kind === kind).length;
  return (
    <div class="text-block difference">
      <div class="difference-head">
        <span class="difference-removed">
          − {beforeTitle}: {counted(count("removed"), "line")} removed
        </span>
        <span class="difference-added">
          + {afterTitle}: {counted(count("added"), "line")} added
        </span>
        <span class="quiet">{counted(count("same"), "line")} the same</span>
      </div>
      <div class="difference-lines">
        {rows.slice(0, most).map((row, index) => (
          <Row key={index} row={row} />
        ))}
      </div>
      {rows.length > most && (
        <p class="text-more">
          <button type="button" class="link" onClick={() => setMost(most + ROWS_AT_ONCE)}>
            show {counted(Math.min(ROWS_AT_ONCE, rows.length - most), "more line")} ({counted(rows.length - most, "more line")} in all)
          </button>
        </p>
      )}
    </div>
  );
}

function Row({ row }: { row: DifferenceRow }) {
  const [isOpen, setOpen] = useState(false);
  if (row.kind !== "folded") return <Line line={row} />;
  if (isOpen) return <>{row.lines.map((line) => <Line key={line.before} line={line} />)}</>;
  return (
    <button type="button" class="difference-folded" aria-expanded={false} onClick={() => setOpen(true)}>
      {counted(row.lines.length, "line")} the same
    </button>
  );
}

function Line({ line }: { line: DifferenceLine }) {
  return (
    <div class={`difference-line difference-${line.kind}`}>
      <span class="difference-number">{line.before}</span>
      <span class="difference-number">{line.after}</span>
      <span class="difference-sign" aria-hidden="true">
        {SIGNS[line.kind]}
      </span>
      <span class="difference-text">
        <span class="unseen">{WORDS[line.kind]}</span>
        {line.stretches.map((stretch, index) =>
          stretch.isOther ? (
            <span key={index} class="difference-word">
              <VisibleText text={stretch.text} />
            </span>
          ) : (
            <VisibleText key={index} text={stretch.text} />
          ),
        )}
      </span>
    </div>
  );
}
