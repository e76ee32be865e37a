// Time travel: a slider over the events of the log. All of the page shows the rollout as of the event that is chosen.

import { useEffect, useRef, useState } from "preact/hooks";
import { useKeys } from "../keyboard.ts";
import { go, goInstead, useAddress } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { VisibleText } from "../parts/visible_text.tsx";
import { useLogRange } from "./rollout_context.tsx";

/** How long the slider rests before the page follows, in milliseconds. */
const PAUSE_MS = 120;

export function TimeSlider() {
  const range = useLogRange();
  const { at, noEvent } = useAddress();
  const [chosen, setChosen] = useState<number | null>(at);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const shown = useRef<number | null>(at);
  useEffect(() => {
    if (at === shown.current) return; // what was chosen here has been shown; more may have been chosen meanwhile
    shown.current = at;
    clearTimeout(timer.current);
    setChosen(at);
  }, [at]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const show = (seq: number | null) => {
    shown.current = seq;
    if (seq === at) return;
    if (at === null) go({ at: seq });
    else goInstead({ at: seq });
  };
  const choose = (seq: number) => {
    if (range === undefined) return;
    const wanted = seq >= range.last ? null : Math.max(range.first, seq);
    setChosen(wanted);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => show(wanted), PAUSE_MS);
  };
  const step = (by: number) => {
    if (range !== undefined) choose(Math.min(chosen ?? range.last, range.last) + by);
  };
  const toEnd = () => {
    clearTimeout(timer.current);
    setChosen(null);
    show(null);
  };
  useKeys({
    ",": () => step(-1),
    ".": () => step(1),
    "0": () => (at === null ? false : toEnd()),
  });

  if (range === undefined) return <footer class="frame-time" />;
  const value = Math.min(chosen ?? range.last, range.last);
  const notInLog = noEvent ?? (chosen !== null && chosen > range.last ? exact(chosen) : null);
  return (
    <footer class="frame-time" data-past={chosen === null ? undefined : ""} aria-label="Time">
      <button type="button" class="plain" onClick={() => step(-1)} disabled={value <= range.first} title="One event back (,)" aria-label="One event back">
        ◂
      </button>
      <button type="button" class="plain" onClick={() => step(1)} disabled={chosen === null} title="One event forward (.)" aria-label="One event forward">
        ▸
      </button>
      <input
        type="range"
        min={range.first}
        max={range.last}
        step={1}
        value={value}
        aria-label="Event as of which all is shown"
        aria-valuetext={chosen === null ? `the end, event ${range.last}` : `event ${value} of ${range.last}`}
        onInput={(event) => choose(Number(event.currentTarget.value))}
      />
      {notInLog !== null ? (
        <span class="frame-moment" role="status">
          The log has no event “<VisibleText text={notInLog} />”: shown is its end, event {exact(range.last)}.
        </span>
      ) : chosen === null ? (
        <span class="frame-moment quiet">all {counted(range.events, "event")}</span>
      ) : (
        <span class="frame-moment">
          as of event <strong>{exact(value)}</strong> of {exact(range.last)}
        </span>
      )}
      {chosen !== null && (
        <button type="button" onClick={toEnd} title="Show the end of the log (0)">
          Back to the end
        </button>
      )}
    </footer>
  );
}
