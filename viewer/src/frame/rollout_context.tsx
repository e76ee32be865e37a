// The rollout that is looked at: its head, how it grows, and whether the reader follows it. All places of a bundle are within.

import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Rollout, RolloutChange } from "../interface.ts";
import { type Asking, LookedContext, forgetNames, useAsker, useQuestion } from "../asking.ts";
import { useKeys } from "../keyboard.ts";
import { type Connection, followChanges, throttled } from "../live.ts";
import { rolloutQuestion } from "../source.ts";

export interface RolloutLooked {
  /** The rollout at its end, whatever moment is looked at. */
  readonly head: Asking<Rollout>;
  readonly connection: Connection;
  /** What happened last: that the log goes on, is another, or is gone. */
  readonly change: RolloutChange | undefined;
  /** Whether lists stick to their ends. */
  readonly follow: boolean;
  readonly setFollow: (follow: boolean) => void;
}

const RolloutContext = createContext<RolloutLooked | null>(null);

/** The rollout that is looked at, as a whole. */
export function useRollout(): RolloutLooked {
  const rollout = useContext(RolloutContext);
  if (rollout === null) throw new Error("no bundle is looked at here");
  return rollout;
}

const SHOWN_AGAIN_MS = 400;

export function RolloutProvider({ bundle, at, children }: { bundle: string; at: number | null; children: ComponentChildren }) {
  const asker = useAsker();
  /** Of the log, and of its end: who comes back to a bundle asks anew, since nobody has followed it meanwhile. */
  const [logRevision, setLogRevision] = useState(() => asker.newRevision());
  const [endRevision, setEndRevision] = useState(logRevision);
  const [change, setChange] = useState<RolloutChange>();
  const [connection, setConnection] = useState<Connection>("none");
  const [follow, setFollow] = useState(false);
  const asked = useQuestion(rolloutQuestion(bundle, null, "rollout", {}), endRevision);
  const head = { ...asked, answer: asked.answer?.answer };
  const isAnswered = head.answer !== undefined || head.error !== undefined;
  /** Up to where the log is shown; undefined where it cannot be, or is gone. */
  const shownTo = useRef<number | undefined>(undefined);
  shownTo.current = change?.kind === "gone" || head.error !== undefined ? undefined : (change?.last_seq ?? head.answer?.last_seq);
  const wasGone = useRef(false);

  // A rollout that has ended is followed too: its bundle may be removed, damaged or put in place again.
  useEffect(() => {
    const address = asker.source.changes(bundle);
    if (!isAnswered || address === null) return undefined;
    const show = throttled<RolloutChange>(SHOWN_AGAIN_MS, (latest) => {
      const isOther = latest.kind !== "opened" || latest.last_seq !== shownTo.current;
      setChange(latest);
      if (isOther) setEndRevision(asker.newRevision());
    });
    const stop = followChanges<RolloutChange>(
      address,
      (latest) => {
        if (latest.kind === "replaced" || wasGone.current) {
          forgetNames(bundle);
          setLogRevision(asker.newRevision());
        }
        wasGone.current = latest.kind === "gone";
        show.tell(latest);
      },
      (stands) => {
        setConnection(stands);
        if (stands === "connecting") setLogRevision(asker.newRevision()); // nobody has followed the log until now
      },
    );
    return () => {
      stop();
      show.stop();
    };
  }, [asker, bundle, isAnswered]);

  useKeys({ l: () => setFollow(!follow) });

  const revision = at === null ? endRevision : logRevision;
  const looked = useMemo(() => ({ bundle, at, revision }), [bundle, at, revision]);
  const rollout: RolloutLooked = { head, connection, change, follow: follow && at === null, setFollow };
  return (
    <LookedContext.Provider value={looked}>
      <RolloutContext.Provider value={rollout}>{children}</RolloutContext.Provider>
    </LookedContext.Provider>
  );
}

/** The first and the last event of the log so far, and how many there are; undefined as long as that is not known. */
export function useLogRange(): { first: number; last: number; events: number } | undefined {
  const { head, change } = useRollout();
  if (head.answer === undefined) return undefined;
  const { first_seq: first, last_seq: last, events } = change ?? head.answer;
  return { first, last: Math.max(last, first), events };
}
