// What is under the pointer, or where the keys are: at once what is known, and the rest once somebody stays.

import { useEffect, useState } from "preact/hooks";
import { useAnswer } from "../../asking.ts";
import type { Passage } from "../../interface.ts";
import { CutText } from "../../parts/cut_text.tsx";
import { timeOfDay } from "../../parts/format.ts";
import { KINDS, KindMark } from "../../parts/kinds.tsx";
import { OutcomeMark } from "../../parts/outcome_mark.tsx";
import { Duration, Moment } from "../../parts/quantities.tsx";
import { VisibleText } from "../../parts/visible_text.tsx";
import { PASSAGE_WORDS, entryWords } from "./words.ts";
import type { Spans } from "./spans.ts";

/** What one must stay on, and for how long, until its details are asked for, in milliseconds. */
const STAYS_MS = 350;
const MOST_CHARACTERS = 400;
const WIDTH = 380;

export interface TooltipPlace {
  readonly x: number;
  readonly y: number;
  /** Of the room in which it must stay. */
  readonly width: number;
  readonly height: number;
}

export function Tooltip({ place, children }: { place: TooltipPlace; children: preact.ComponentChildren }) {
  const left = Math.max(4, Math.min(place.x + 14, place.width - WIDTH - 4));
  const isLow = place.y > place.height * 0.6;
  const position = isLow ? { left: `${left}px`, bottom: `${place.height - place.y + 14}px` } : { left: `${left}px`, top: `${place.y + 18}px` };
  return (
    <div class="timeline-tooltip" style={{ ...position, maxWidth: `${WIDTH}px` }}>
      {children}
    </div>
  );
}

export function EntryTip({ spans, number, agent, origin }: { spans: Spans; number: number; agent: string; origin: number }) {
  const [stays, setStays] = useState(false);
  useEffect(() => {
    setStays(false);
    const timer = setTimeout(() => setStays(true), STAYS_MS);
    return () => clearTimeout(timer);
  }, [number]);
  const isListed = number < spans.count;
  const details = useAnswer("timeline", stays && isListed ? { offset: number, limit: 1 } : null).answer?.entries[0];
  const start = spans.start[number] as number;
  const kind = spans.kindOf(number);
  return (
    <>
      <div class="timeline-tip-head">
        <KindMark kind={kind} /> <strong>{KINDS[kind].word}</strong>
        <span class="quiet one-line">
          <VisibleText text={agent} />
        </span>
      </div>
      <div class="timeline-tip-what">
        <CutText text={spans.what[number] ?? ""} most={MOST_CHARACTERS} />
      </div>
      <div class="quiet">
        <Moment ms={start} from={origin} />, {timeOfDay(start, true)}
        {spans.isMoment[number] === 0 && (
          <>
            {" · "}
            {spans.isOpen(number) ? "no end in the log" : <Duration ms={(spans.ended[number] as number) - start} />}
          </>
        )}
      </div>
      {details !== undefined && details.outcome !== null ? <OutcomeMark outcome={details.outcome} /> : <span>{entryWords(spans, number).outcome}</span>}
      {details?.error != null && (
        <div class="timeline-tip-error">
          <CutText text={details.error} most={MOST_CHARACTERS} />
        </div>
      )}
    </>
  );
}

export function PassageTip({ passage, agentOf, origin }: { passage: Passage; agentOf: (thread: string | null) => string; origin: number }) {
  return (
    <>
      <div class="timeline-tip-head">
        <KindMark kind="interaction_edge" /> <strong>{PASSAGE_WORDS[passage.kind]}</strong>
        <span class="quiet one-line">
          <VisibleText text={`${agentOf(passage.sender)} → ${agentOf(passage.receiver)}`} />
        </span>
      </div>
      {passage.words !== null && (
        <div class="timeline-tip-what">
          <CutText text={passage.words} most={MOST_CHARACTERS} />
        </div>
      )}
      <div class="quiet">
        <Moment ms={passage.at_unix_ms} from={origin} />, {timeOfDay(passage.at_unix_ms, true)}
      </div>
    </>
  );
}
