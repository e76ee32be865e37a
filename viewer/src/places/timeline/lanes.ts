// From entries to lanes: one lane an agent, in it a sub-lane for each kind of work, in that as many rows as work of the
// kind goes on at once. Pure.

import type { ObjectKind } from "../../interface.ts";
import { type Spans, UNFINISHED } from "./spans.ts";

/** Kinds of work that share a sub-lane, from top to bottom; in a folded lane, what comes later lies on what comes before. */
export const GROUPS = ["agent", "turns", "requests", "cells", "tools", "terminals", "compactions"] as const;
export type Group = (typeof GROUPS)[number];

const GROUP_OF: Readonly<Record<ObjectKind, Group>> = {
  rollout: "agent",
  thread: "agent",
  interaction_edge: "agent",
  raw_payload: "agent",
  conversation_item: "agent",
  codex_turn: "turns",
  inference_call: "requests",
  tool_call: "tools",
  code_cell: "cells",
  terminal_session: "terminals",
  terminal_operation: "terminals",
  compaction: "compactions",
  compaction_request: "compactions",
};

/** What a sub-lane is called after, and counted by: as many of them are in the place that lists them. */
const COUNTED: Readonly<Record<Exclude<Group, "agent">, ObjectKind>> = {
  turns: "codex_turn",
  requests: "inference_call",
  cells: "code_cell",
  tools: "tool_call",
  terminals: "terminal_session",
  compactions: "compaction",
};

/** The axis above all lanes, in pixels. */
export const AXIS_HEIGHT = 24;
/** The line on which the name of an agent stands beside its own span. */
export const AGENT_HEIGHT = 24;
/** The one row of a folded lane: room for a name and for what is in it. */
export const FOLDED_HEIGHT = 36;
export const ROW_HEIGHT = 20;
/** Between two agents. */
export const LANE_GAP = 8;

/** Work that does not overlap, in order of time, and the moments that stand on it. */
export interface Row {
  readonly group: Group;
  /** From the top of all lanes, in pixels. */
  readonly top: number;
  readonly height: number;
  /** Numbers of spans; neither their starts nor their ends ever go back. */
  readonly spans: Int32Array;
  readonly moments: Int32Array;
}

export interface SubLane {
  readonly group: Group;
  readonly top: number;
  readonly height: number;
  /** How many it has of what it is called after. */
  readonly count: number;
}

export interface Lane {
  /** The agent, as a place in `Spans.threads`; -1 for what belongs to none. */
  readonly thread: number;
  readonly top: number;
  readonly height: number;
  readonly isFolded: boolean;
  /** Without that of the agent itself. In a folded lane they lie on one another. */
  readonly subLanes: ReadonlyArray<SubLane>;
  readonly rows: ReadonlyArray<Row>;
  /** How many faults it has. */
  readonly faults: number;
}

export interface Lanes {
  readonly lanes: ReadonlyArray<Lane>;
  readonly height: number;
  /** The row of each span, by its number, as a place in `rows`; -1 for none. */
  readonly rowOf: Int32Array;
  readonly rows: ReadonlyArray<Row>;
  /** The lane of each agent, by its place in `Spans.threads`. */
  readonly laneOf: ReadonlyMap<number, number>;
}

/** Lanes of the agents in the order given, and of whatever other agents the entries name. `resolve` the spans before. */
export function lanesOf(spans: Spans, agents: ReadonlyArray<number>, isFolded: (thread: number) => boolean): Lanes {
  const byAgent = entriesByAgent(spans, agents);
  const rowOf = new Int32Array(spans.size).fill(-1);
  const rows: Row[] = [];
  const lanes: Lane[] = [];
  const laneOf = new Map<number, number>();
  let top = LANE_GAP / 2;
  for (const [thread, byGroup] of byAgent) {
    const folded = isFolded(thread);
    const firstRow = rows.length;
    const subLanes: SubLane[] = [];
    let height = 0;
    let faults = 0;
    for (const group of GROUPS) {
      const entries = byGroup.get(group);
      if (entries === undefined && group !== "agent") continue;
      const numbers = entries ?? [];
      for (const number of numbers) if (isFault(spans, number)) faults += 1;
      const rowHeight = folded ? FOLDED_HEIGHT : group === "agent" ? AGENT_HEIGHT : ROW_HEIGHT;
      const groupTop = folded ? top : top + height;
      const stacked = rowsOf(spans, numbers);
      stacked.forEach(({ work, moments }, index) => {
        const row: Row = {
          group,
          top: folded ? top : groupTop + index * rowHeight,
          height: rowHeight,
          spans: Int32Array.from(work),
          moments: Int32Array.from(moments),
        };
        for (const number of work) rowOf[number] = rows.length;
        for (const number of moments) rowOf[number] = rows.length;
        rows.push(row);
      });
      const groupHeight = folded ? 0 : stacked.length * rowHeight;
      if (group !== "agent") subLanes.push({ group, top: groupTop, height: groupHeight, count: countOf(spans, numbers, COUNTED[group]) });
      height += groupHeight;
    }
    if (folded) height = FOLDED_HEIGHT;
    laneOf.set(thread, lanes.length);
    lanes.push({ thread, top, height, isFolded: folded, subLanes, rows: rows.slice(firstRow), faults });
    top += height + LANE_GAP;
  }
  return { lanes, height: top, rowOf, rows, laneOf };
}

function countOf(spans: Spans, numbers: ReadonlyArray<number>, kind: ObjectKind): number {
  return numbers.filter((number) => spans.kindOf(number) === kind && spans.work[number] === number).length;
}

/** Whether it went wrong, or is left open, and nothing else says so: of a terminal, the call that opened it does. */
function isFault(spans: Spans, number: number): boolean {
  return (spans.look[number] as number) >= UNFINISHED && spans.isMoment[number] === 0 && spans.kindOf(number) !== "terminal_session";
}

function entriesByAgent(spans: Spans, agents: ReadonlyArray<number>): Map<number, Map<Group, number[]>> {
  const byAgent = new Map<number, Map<Group, number[]>>(agents.map((thread) => [thread, new Map()]));
  for (let number = 0; number < spans.size; number++) {
    const thread = spans.thread[number] as number;
    let byGroup = byAgent.get(thread);
    if (byGroup === undefined) byAgent.set(thread, (byGroup = new Map()));
    const group = GROUP_OF[spans.kindOf(number)];
    const numbers = byGroup.get(group);
    if (numbers === undefined) byGroup.set(group, [number]);
    else numbers.push(number);
  }
  return byAgent;
}

interface Stacked {
  readonly work: number[];
  readonly moments: number[];
}

/** Each piece of work in the highest row that is free when it begins; moments with their work, else in the first row. */
function rowsOf(spans: Spans, numbers: ReadonlyArray<number>): Stacked[] {
  const { start, end, isMoment, work } = spans;
  const inOrder = numbers.slice().sort((left, right) => (start[left] as number) - (start[right] as number) || left - right);
  const rows: Stacked[] = [{ work: [], moments: [] }];
  const free = new FreeRows();
  const rowOfWork = new Map<number, number>();
  for (const number of inOrder) {
    if (isMoment[number] === 1) continue;
    const row = free.take(start[number] as number, end[number] as number);
    while (rows.length <= row) rows.push({ work: [], moments: [] });
    rows[row]?.work.push(number);
    rowOfWork.set(number, row);
  }
  for (const number of inOrder) {
    if (isMoment[number] === 1) rows[rowOfWork.get(work[number] as number) ?? 0]?.moments.push(number);
  }
  return rows;
}

/**
 * Finds the first row that is free at a moment. A tree whose nodes have the least end of the rows below them, so that
 * thousands of pieces of work that never ended, each in a row of its own, do not take a search through all of them.
 */
class FreeRows {
  private leaves = 8;
  private least = new Float64Array(2 * this.leaves).fill(-Infinity);

  take(from: number, until: number): number {
    if ((this.least[1] as number) > from) this.double();
    let node = 1;
    while (node < this.leaves) node = (this.least[2 * node] as number) <= from ? 2 * node : 2 * node + 1;
    const row = node - this.leaves;
    this.least[node] = Math.max(until, from);
    for (node >>= 1; node >= 1; node >>= 1) {
      this.least[node] = Math.min(this.least[2 * node] as number, this.least[2 * node + 1] as number);
    }
    return row;
  }

  private double(): void {
    const ends = this.least.slice(this.leaves);
    this.leaves *= 2;
    this.least = new Float64Array(2 * this.leaves).fill(-Infinity);
    this.least.set(ends, this.leaves);
    for (let node = this.leaves - 1; node >= 1; node--) {
      this.least[node] = Math.min(this.least[2 * node] as number, this.least[2 * node + 1] as number);
    }
  }
}

/** The first of a row's spans that ends after a moment; their number if none does. */
export function firstEndingAfter(numbers: Int32Array, end: Float64Array, moment: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((end[numbers[middle] as number] as number) < moment) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first lane whose lower edge is at or below a height. */
export function firstLaneBelow(lanes: ReadonlyArray<Lane>, y: number): number {
  let low = 0;
  let high = lanes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const lane = lanes[middle] as Lane;
    if (lane.top + lane.height < y) low = middle + 1;
    else high = middle;
  }
  return low;
}
