// A line of the log: what it tells, and as it stands when it is unfolded.

import { useEffect, useState } from "preact/hooks";
import { useAsker, useLooked } from "../asking.ts";
import type { EventLine } from "../interface.ts";
import { counted } from "../parts/format.ts";
import { JsonView } from "../parts/json_view.tsx";
import { ObjectLink } from "../parts/object_link.tsx";
import { TextBlock } from "../parts/text_block.tsx";
import { unfetchedOf } from "../parts/text_forms.ts";
import { VisibleText } from "../parts/visible_text.tsx";
import { isAborted, rolloutQuestion } from "../source.ts";
import { indexOfLine } from "./line_index.ts";
import { PayloadView } from "./payload_view.tsx";

/** What is behind the fold: the fault, what the event touched, its payloads, and the line as it stands. */
export function EventInside({ event }: { event: EventLine }) {
  const [payload, setPayload] = useState<string | null>(null);
  const rest = unfetchedOf(event.text);
  return (
    <div class="event-inside">
      {event.touched.length > 0 && (
        <p class="event-facts">
          <span class="quiet">touched</span>
          {event.touched.map((ref) => (
            <ObjectLink key={`${ref.kind} ${ref.object_id}`} object={ref} />
          ))}
        </p>
      )}
      {event.payloads.length > 0 && (
        <p class="event-facts">
          <span class="quiet">{counted(event.payloads.length, "payload")}</span>
          {event.payloads.map((ref) => (
            <span key={ref.raw_payload_id} class="event-facts">
              <ObjectLink object={{ kind: "raw_payload", object_id: ref.raw_payload_id }} gist={`${ref.kind.type} ${ref.path}`} />
              <button type="button" class="link" aria-expanded={payload === ref.raw_payload_id} onClick={() => setPayload(payload === ref.raw_payload_id ? null : ref.raw_payload_id)}>
                {payload === ref.raw_payload_id ? "fold" : "show"}
              </button>
            </span>
          ))}
        </p>
      )}
      {payload !== null && <PayloadView payload={payload} />}
      {event.fault === null && rest <= 0 ? (
        <JsonView text={event.text.text} open={2} label={`line ${event.line}`} />
      ) : (
        <TextBlock text={event.text.text} form="raw" label={`line ${event.line}`} unfetched={Math.max(0, rest)} />
      )}
    </div>
  );
}

export function Fault({ fault }: { fault: string }) {
  return (
    <span class="event-fault">
      <VisibleText text={fault} />
    </span>
  );
}

/** Where a line of the log stands in the list of lines: it has no blank ones, so that the two are not always the same. */
export function useLineIndex(line: number | null): { readonly index: number | null; readonly error: string | null } {
  const asker = useAsker();
  const { bundle, at, revision } = useLooked();
  const [found, setFound] = useState<{ line: number; index: number | null; error: string | null } | null>(null);
  useEffect(() => {
    if (line === null) return undefined;
    const stop = new AbortController();
    const entryAt = async (index: number) => {
      const { answer } = await asker.ask(rolloutQuestion(bundle, at, "events", { offset: index, limit: 1 }), revision, stop.signal);
      return { total: answer.total, line: answer.entries[0]?.line };
    };
    indexOfLine(line, entryAt).then(
      (index) => setFound({ line, index, error: index === null ? `The log, as it is looked at, has no event in line ${line}.` : null }),
      (error: unknown) => {
        if (!isAborted(error)) setFound({ line, index: null, error: error instanceof Error ? error.message : String(error) });
      },
    );
    return () => stop.abort();
  }, [asker, bundle, at, line]);
  return found?.line === line ? found : { index: null, error: null };
}
