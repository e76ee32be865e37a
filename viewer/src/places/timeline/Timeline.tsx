// The place Timeline: who did what when, as lanes on a canvas and as a table of the same entries.

import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import { useLooked } from "../../asking.ts";
import { useRollout } from "../../frame/rollout_context.tsx";
import type { ObjectRef } from "../../interface.ts";
import { go, useOption } from "../../location.ts";
import { exact } from "../../parts/format.ts";
import { Answered, Empty, Failed, Loading } from "../../parts/notice.tsx";
import { PlaceLayout } from "../../parts/place_layout.tsx";
import { keep, kept } from "../../storage.ts";
import { useTheme } from "../../theme.ts";
import type { PlaceProps } from "../place.ts";
import { arrowsOf } from "./arrows.ts";
import { Camera } from "./camera.ts";
import type { LaneName } from "./Gutter.tsx";
import { type Lane, lanesOf } from "./lanes.ts";
import { MinimapStrip } from "./MinimapStrip.tsx";
import { paletteNow } from "./palette.ts";
import { segmentsOf } from "./path.ts";
import { Stage } from "./Stage.tsx";
import { TABLES, TimelineTable } from "./Table.tsx";
import { type TimelineData, useCriticalPath, useTimelineData } from "./timeline_data.ts";
import type { Extent } from "./viewport.ts";
import "./timeline.css";

/** With more agents than this, lanes are folded until somebody unfolds them. */
const MOST_UNFOLDED = 8;
const FORMS = ["lanes", "table", "both"] as const;
const FORM_WORDS = { lanes: "Lanes", table: "Table", both: "Both" } as const;
const REMEMBERED_AFTER_MS = 400;

export interface TimelinePlaceProps extends PlaceProps {
  /** Told how long the drawing of each frame took, in milliseconds. For measurements. */
  readonly onDrawn?: (milliseconds: number) => void;
}

export function TimelinePlace({ address, onDrawn }: TimelinePlaceProps) {
  const { head, change, follow } = useRollout();
  const isLive = change?.is_live ?? head.answer?.is_live ?? false;
  const data = useTimelineData(isLive);
  const [form, setForm] = useOption("form", "lanes");
  const [table, setTable] = useOption("table", "entries");
  const [path, setPath] = useOption("path");
  const [foldsAll, setFoldsAll] = useState<{ fold: boolean } | null>(null);
  const agentOf = useAgentNames(data);
  const start = head.answer?.summary.started_at_unix_ms ?? 0;
  const showsTable = form === "table" || form === "both";
  const onSelect = useCallback((select: ObjectRef) => go({ select }), []);
  const about =
    data.total === null
      ? undefined
      : data.spans.count < data.total
        ? `${exact(data.spans.count)} of ${exact(data.total)} entries so far`
        : `${exact(data.total)} entries, ${exact(data.agents.length)} ${data.agents.length === 1 ? "agent" : "agents"}`;
  const tools = (
    <>
      {form !== "table" && (
        <>
          <button type="button" class="plain" aria-pressed={path === "critical"} onClick={() => setPath(path === "critical" ? "" : "critical")} title="Frame the chain of work that determined when the rollout ended">
            Critical path
          </button>
          <button type="button" class="plain" onClick={() => setFoldsAll({ fold: true })}>
            Fold all
          </button>
          <button type="button" class="plain" onClick={() => setFoldsAll({ fold: false })}>
            Unfold all
          </button>
        </>
      )}
      {showsTable && (
        <label>
          Table of{" "}
          <select value={table} onChange={(event) => setTable(event.currentTarget.value)}>
            {Object.entries(TABLES).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="timeline-forms" role="group" aria-label="Form">
        {FORMS.map((name) => (
          <button key={name} type="button" class="plain" aria-pressed={form === name} onClick={() => setForm(name)}>
            {FORM_WORDS[name]}
          </button>
        ))}
      </div>
    </>
  );
  return (
    <PlaceLayout title="Timeline" about={about} tools={tools} form="fill">
      {data.error !== undefined && <Failed sentence={data.error} retry={data.retry} />}
      <Answered asking={head}>
        {(rollout) =>
          data.total === null && data.error === undefined ? (
            <Loading />
          ) : data.total === 0 ? (
            <Empty>Nothing has happened yet.</Empty>
          ) : (
            <div class="timeline" aria-busy={data.isComing}>
              {form !== "table" && (
                <LanesPart
                  key={start}
                  data={data}
                  extent={{ start, end: Math.max(start + 1, rollout.last_moment_unix_ms) }}
                  showsPath={path === "critical"}
                  foldsAll={foldsAll}
                  agentOf={agentOf}
                  selected={address.select}
                  onSelect={onSelect}
                  follow={follow}
                  onDrawn={onDrawn}
                />
              )}
              {showsTable && (
                <div class="timeline-table">
                  <TimelineTable of={table} spans={data.spans} agentOf={agentOf} origin={start} selected={address.select} onSelect={onSelect} follow={follow} />
                </div>
              )}
            </div>
          )
        }
      </Answered>
    </PlaceLayout>
  );
}

interface LanesPartProps {
  readonly data: TimelineData;
  readonly extent: Extent;
  readonly showsPath: boolean;
  readonly foldsAll: { readonly fold: boolean } | null;
  readonly agentOf: (thread: string | null) => string;
  readonly selected: ObjectRef | null;
  readonly onSelect: (ref: ObjectRef) => void;
  readonly follow: boolean;
  readonly onDrawn: ((milliseconds: number) => void) | undefined;
}

function LanesPart({ data, extent, showsPath, foldsAll, agentOf, selected, onSelect, follow, onDrawn }: LanesPartProps) {
  const { spans, version, agents, passages } = data;
  const { at } = useLooked();
  const theme = useTheme();
  const systemTheme = useSystemTheme();
  const palette = useMemo(paletteNow, [theme, systemTheme]);
  const [width, setWidth] = useState(0);
  const camera = useCamera(extent);
  const folds = useFolds(agents.length > MOST_UNFOLDED, foldsAll);
  const critical = useCriticalPath(showsPath);

  useEffect(() => camera.grow(extent, follow), [extent.start, extent.end]);

  const lanes = useMemo(() => {
    spans.resolve(at === null ? Math.max(extent.end, spans.latest) : spans.latest);
    return lanesOf(
      spans,
      agents.map(({ thread_id }) => spans.threadNumber(thread_id)),
      (thread) => folds.isFolded(spans.threads[thread] ?? ""),
    );
  }, [spans, version, agents, folds.version, at, extent.end]);
  const arrows = useMemo(() => arrowsOf(passages, spans, lanes), [passages, lanes]);
  const path = useMemo(() => (critical.steps === null ? null : segmentsOf(critical.steps, spans, lanes)), [critical.steps, lanes]);

  const byThread = useMemo(() => new Map(agents.map((agent) => [agent.thread_id, agent])), [agents]);
  const nameOf = (lane: Lane): LaneName => {
    const id = spans.threads[lane.thread];
    const agent = id === undefined ? undefined : byThread.get(id);
    return agent === undefined
      ? { name: id ?? "no agent", path: id ?? "", nickname: null, depth: 0 }
      : { name: agentOf(agent.thread_id).split("/").at(-1) || "/", path: agentOf(agent.thread_id), nickname: agent.totals.nickname, depth: agent.depth };
  };
  return (
    <div class="timeline-lanes">
      {critical.error !== undefined && <Failed sentence={critical.error} />}
      <Stage
        camera={camera}
        spans={spans}
        version={version}
        lanes={lanes}
        arrows={arrows}
        path={path}
        palette={palette}
        origin={extent.start}
        selected={selected}
        onSelect={onSelect}
        onFold={(lane, isFolded) => folds.fold(spans.threads[lane.thread] ?? "", isFolded)}
        nameOf={nameOf}
        agentOf={agentOf}
        onWidth={setWidth}
        onDrawn={onDrawn}
      />
      <div class="timeline-bottom">
        <div class="timeline-legend">
          <span class="hue-model">■</span> requests <span class="hue-tool">■</span> tools
        </div>
        {width > 0 && <MinimapStrip camera={camera} spans={spans} version={version} width={width} palette={palette} />}
      </div>
    </div>
  );
}

/** What is seen, and is found again on Back and Reload: kept in the address as milliseconds since the start. */
function useCamera(extent: Extent): Camera {
  const [seen, setSeen] = useOption("seen");
  const camera = useMemo(() => {
    const [from, until] = seen.split("-").map(Number);
    const isTime = from !== undefined && until !== undefined && until > from;
    return new Camera(extent, isTime ? { start: extent.start + from, end: extent.start + until } : null);
  }, []);
  const set = useRef(setSeen);
  set.current = setSeen;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = () => {
      const { start, end } = camera.viewport;
      const from = Math.max(0, Math.round(start - camera.extent.start));
      set.current(camera.seesAll ? "" : `${from}-${Math.max(from + 1, Math.round(end - camera.extent.start))}`);
    };
    const stop = camera.listen(() => {
      clearTimeout(timer);
      timer = setTimeout(write, REMEMBERED_AFTER_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [camera]);
  return camera;
}

interface Folds {
  readonly version: number;
  readonly isFolded: (thread: string) => boolean;
  readonly fold: (thread: string, isFolded: boolean) => void;
}

/** Which lanes are folded; kept while the browser's tab is open. */
function useFolds(otherwise: boolean, all: { readonly fold: boolean } | null): Folds {
  const { bundle } = useLooked();
  const name = `timeline.folds.${bundle}`;
  const [version, showAgain] = useReducer((count: number) => count + 1, 0);
  const state = useRef<{ all: boolean | null; others: Set<string> } | undefined>(undefined);
  state.current ??= foldsFrom(kept(name, "session"));
  const folds = state.current;
  const usual = folds.all ?? otherwise;
  const write = () => {
    keep(name, JSON.stringify({ all: folds.all, others: [...folds.others] }), "session");
    showAgain(undefined as never);
  };
  useEffect(() => {
    if (all === null) return;
    folds.all = all.fold;
    folds.others.clear();
    write();
  }, [all]);
  return {
    version: version * 2 + (usual ? 1 : 0),
    isFolded: (thread) => folds.others.has(thread) !== usual,
    fold: (thread, isFolded) => {
      if (isFolded === usual) folds.others.delete(thread);
      else folds.others.add(thread);
      write();
    },
  };
}

function foldsFrom(text: string | null): { all: boolean | null; others: Set<string> } {
  try {
    const { all, others } = JSON.parse(text ?? "{}") as { all?: boolean | null; others?: string[] };
    return { all: all ?? null, others: new Set(Array.isArray(others) ? others : []) };
  } catch {
    return { all: null, others: new Set() };
  }
}

function useAgentNames({ agents }: TimelineData): (thread: string | null) => string {
  return useMemo(() => {
    const names = new Map(agents.map(({ thread_id, totals }) => [thread_id, totals.agent_path]));
    return (thread: string | null) => (thread === null ? "" : names.get(thread) || thread);
  }, [agents]);
}

/** Whether the system's theme is dark: what `system` means may change while the page is open. */
function useSystemTheme(): boolean {
  const query = useMemo(() => matchMedia("(prefers-color-scheme: dark)"), []);
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const tell = () => setDark(query.matches);
    query.addEventListener("change", tell);
    return () => query.removeEventListener("change", tell);
  }, [query]);
  return isDark;
}
