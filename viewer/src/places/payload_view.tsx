// A payload file: as a tree if it is JSON that fits, else as text in parts; and why it cannot be read, if it cannot.

import { useState } from "preact/hooks";
import { useAnswer } from "../asking.ts";
import type { PayloadText } from "../interface.ts";
import { exact } from "../parts/format.ts";
import { JsonView } from "../parts/json_view.tsx";
import { Answered, Empty, Notice } from "../parts/notice.tsx";
import { Bytes } from "../parts/quantities.tsx";
import { TextBlock } from "../parts/text_block.tsx";
import { VisibleText } from "../parts/visible_text.tsx";
import { useWholePayload } from "./whole_text.ts";
import "../style/payload.css";

const PART_BYTES = 200_000;
/** A payload that is larger is not offered as one tree: the page would hold too much of it. */
const MOST_TREE_BYTES = 20_000_000;

export function PayloadView({ payload, open = 1 }: { payload: string; open?: number }) {
  const first = useAnswer("payload", { payload, offset: 0, limit: PART_BYTES });
  return (
    <Answered asking={first}>
      {(told) => {
        if (told.fault !== null) {
          return (
            <Notice kind="error">
              <VisibleText text={told.fault} />
            </Notice>
          );
        }
        if (told.bytes === 0) return <Empty>The file is empty.</Empty>;
        return told.next_offset === null ? <JsonView text={told.text} open={open} label="payload" /> : <LargePayload key={payload} first={told} open={open} />;
      }}
    </Answered>
  );
}

function LargePayload({ first, open }: { first: PayloadText; open: number }) {
  const payload = first.payload.raw_payload_id;
  const [isWhole, setWhole] = useState(false);
  const [offsets, setOffsets] = useState<ReadonlyArray<number>>([0]);
  const whole = useWholePayload(payload, isWhole);
  const offset = offsets.at(-1) ?? 0;
  const part = useAnswer("payload", offset === 0 ? null : { payload, offset, limit: PART_BYTES });
  const shown = offset === 0 ? { ...part, answer: first } : part;
  if (isWhole && whole.answer !== undefined) return <JsonView text={whole.answer} open={open} label="payload" />;
  const next = shown.answer?.next_offset ?? null;
  return (
    <div class="payload-parts">
      <div class="payload-tools">
        <button type="button" disabled={offset === 0} onClick={() => setOffsets(offsets.slice(0, -1))}>
          Previous part
        </button>
        <button type="button" disabled={next === null} onClick={() => next !== null && setOffsets([...offsets, next])}>
          Next part
        </button>
        <span class="quiet">
          bytes {exact(offset)} to {exact(next ?? first.bytes)} of {exact(first.bytes)}
        </span>
        {first.bytes <= MOST_TREE_BYTES && (
          <button type="button" class="link" disabled={isWhole && whole.error === undefined} onClick={() => (isWhole ? whole.retry() : setWhole(true))}>
            show all <Bytes value={first.bytes} /> as a tree
          </button>
        )}
      </div>
      {isWhole && <Answered asking={whole}>{() => null}</Answered>}
      <Answered asking={shown}>{(told) => <TextBlock key={told.offset} text={told.text} form="raw" label="part of the payload" />}</Answered>
    </div>
  );
}
