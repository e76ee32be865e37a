// What the timeline shows, as far as it has come, for a component: entries, agents, passages, the critical path.

import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { useAsker, useLooked } from "../../asking.ts";
import type { AgentLine, Passage, PathStep } from "../../interface.ts";
import { type Asks, type Repeated, loadEntries, refreshAll, refreshRunning, repeated, wholeListOf } from "./loading.ts";
import { Spans } from "./spans.ts";

export interface TimelineData {
  readonly spans: Spans;
  /** Rises when there are other spans. */
  readonly version: number;
  /** In the order of the tree. */
  readonly agents: ReadonlyArray<AgentLine>;
  readonly passages: ReadonlyArray<Passage>;
  /** How many entries there are in all; null as long as that is not known. */
  readonly total: number | null;
  /** Whether some of it is still to come, for the first time. */
  readonly isComing: boolean;
  readonly error: string | undefined;
  readonly retry: () => void;
}

/** While entries come, they are laid out no more often than this. */
const SHOWN_AGAIN_MS = 200;

export function useTimelineData(isLive: boolean): TimelineData {
  const { source } = useAsker();
  const { bundle, at, revision } = useLooked();
  const [version, showAgain] = useReducer((count: number) => count + 1, 0);
  const [tries, tryAgain] = useReducer((count: number) => count + 1, 0);
  const [error, setError] = useState<string>();
  const spans = useRef(new Spans());
  const total = useRef<number | null>(null);
  const wasLive = useRef(isLive);
  const [agents, setAgents] = useState<ReadonlyArray<AgentLine>>([]);
  const [passages, setPassages] = useState<ReadonlyArray<Passage>>([]);
  const asks = useMemo<Asks>(() => ({ source, bundle, at }), [source, bundle, at]);
  const loadedFor = useRef<Asks | undefined>(undefined);
  const [wholeFor, setWholeFor] = useState<Asks>();
  const isLiveNow = useRef(isLive);
  isLiveNow.current = isLive;
  const loading = useRef<Repeated | undefined>(undefined);

  useEffect(() => {
    const load = async (signal: AbortSignal) => {
      const show = paced(SHOWN_AGAIN_MS, () => showAgain(undefined as never));
      signal.addEventListener("abort", show.stop);
      const isOther = loadedFor.current !== asks;
      const hasClosed = wasLive.current && !isLiveNow.current;
      wasLive.current = isLiveNow.current;
      // What was shown stays to be seen until the first page of what is to be shown has come.
      const shown = isOther ? new Spans() : spans.current;
      const take = (known: number) => {
        if (known < shown.count) {
          loadedFor.current = undefined; // the log was replaced by a shorter one
          tryAgain(undefined as never);
          return;
        }
        total.current = known;
        spans.current = shown;
        loadedFor.current = asks;
        show.tell();
      };
      const entries = async () => {
        if (!isOther) await (hasClosed ? refreshAll : refreshRunning)(asks, shown, signal);
        await loadEntries(asks, shown, signal, take);
      };
      setError(undefined);
      setAgents(await wholeListOf(asks, "agents", signal));
      const [terminals] = await Promise.all([
        wholeListOf(asks, "terminals", signal),
        wholeListOf(asks, "passages", signal).then(setPassages),
        entries(),
      ]);
      shown.putTerminals(terminals);
      show.now();
      setWholeFor(asks);
    };
    loading.current = repeated(load, (reason) => setError(reason instanceof Error ? reason.message : String(reason)));
    return () => loading.current?.stop();
  }, [asks, tries]);
  useEffect(() => loading.current?.ask(), [asks, revision, tries, isLive]);

  const isComing = wholeFor !== asks && error === undefined;
  return { spans: spans.current, version, agents, passages, total: total.current, isComing, error, retry: () => tryAgain(undefined as never) };
}

/** The critical path, if it is wanted. */
export function useCriticalPath(isWanted: boolean): { steps: ReadonlyArray<PathStep> | null; error: string | undefined } {
  const { source } = useAsker();
  const { bundle, at, revision } = useLooked();
  const [steps, setSteps] = useState<ReadonlyArray<PathStep> | null>(null);
  const [error, setError] = useState<string>();
  const loading = useRef<Repeated | undefined>(undefined);
  useEffect(() => {
    setError(undefined);
    if (!isWanted) {
      setSteps(null);
      return undefined;
    }
    const load = async (signal: AbortSignal) => setSteps(await wholeListOf({ source, bundle, at }, "critical-path", signal));
    loading.current = repeated(load, (reason) => setError(reason instanceof Error ? reason.message : String(reason)));
    return () => loading.current?.stop();
  }, [source, bundle, at, isWanted]);
  useEffect(() => {
    if (isWanted) loading.current?.ask();
  }, [source, bundle, at, revision, isWanted]);
  return { steps, error };
}

function paced(milliseconds: number, call: () => void): { tell: () => void; now: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isFirst = true;
  const now = () => {
    clearTimeout(timer);
    timer = undefined;
    call();
  };
  return {
    tell: () => {
      if (isFirst) call();
      else timer ??= setTimeout(now, milliseconds);
      isFirst = false;
    },
    now,
    stop: () => clearTimeout(timer),
  };
}
