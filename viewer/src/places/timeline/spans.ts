// The entries of a rollout's timeline, in columns.
//
// Owns what is kept of each entry: as much as is drawn, as numbers where it can be. A rollout has tens of thousands of
// entries; objects for them would take ten times the memory, and would have to be gone through by every frame. The rest
// of an entry (its error, its payloads, the names) is asked for when somebody looks at it. Pure: who fetches is `loading.ts`.
//
// Terminals are no entries of the list: a log has no event that opens or closes one. They stand behind the entries.

import type { ObjectKind, ObjectRef, Outcome, TerminalLine, TimelineEntry } from "../../interface.ts";

/** How work stands, as it is drawn. In the order of what must not be overlooked. */
export const LOOKS = ["none", "completed", "running", "unfinished", "failed"] as const;
export const NONE = 0;
export const COMPLETED = 1;
export const RUNNING = 2;
export const UNFINISHED = 3;
export const FAILED = 4;

const KINDS: ReadonlyArray<ObjectKind> = [
  "rollout",
  "thread",
  "codex_turn",
  "conversation_item",
  "inference_call",
  "code_cell",
  "tool_call",
  "terminal_session",
  "terminal_operation",
  "compaction",
  "compaction_request",
  "interaction_edge",
  "raw_payload",
];
const KIND_NUMBERS = new Map(KINDS.map((kind, number) => [kind, number]));
/** Kinds whose first entry is work that lasts. All other entries are moments. */
const WORK: ReadonlySet<ObjectKind> = new Set([
  "thread",
  "codex_turn",
  "inference_call",
  "code_cell",
  "tool_call",
  "terminal_session",
  "compaction_request",
]);
const OPEN = Infinity;
const FIRST_ROOM = 1_024;

/** What ends work of which the log has no end. */
type EndsWith = 0 | 1 | 2;
const WITH_ROLLOUT = 0;
const WITH_TURN = 1;
const WITH_AGENT = 2;

export class Spans {
  /** How many entries there are. The number of an entry is its place in the list of the endpoint `timeline`. */
  count = 0;
  /** How many spans there are: the entries, and behind them the terminals, whose numbers change when entries come. */
  size = 0;
  /** When each began, in Unix milliseconds. */
  start = new Float64Array(FIRST_ROOM);
  /** When each ended; Infinity for what the log has no end of; `start` for a moment. */
  ended = new Float64Array(FIRST_ROOM);
  /** Until when each is drawn: its end, or that of what surrounds it. Made by `resolve`. */
  end = new Float64Array(FIRST_ROOM);
  look = new Uint8Array(FIRST_ROOM);
  /** 1 for what happens in a moment. */
  isMoment = new Uint8Array(FIRST_ROOM);
  /** The agent, as a place in `threads`; -1 for none. */
  thread = new Int32Array(FIRST_ROOM);
  /** The work that a moment is a part of, or the entry itself. */
  work = new Int32Array(FIRST_ROOM);
  /** What each is, in words. */
  readonly what: string[] = [];
  readonly threads: string[] = [];
  /** The last moment that an entry names; -Infinity without entries. */
  latest = -Infinity;
  private kind = new Uint8Array(FIRST_ROOM);
  private turn = new Int32Array(FIRST_ROOM);
  private endsWith = new Uint8Array(FIRST_ROOM);
  private readonly ids: string[] = [];
  private readonly numbers = new Map<ObjectKind, Map<string, number>>();
  private readonly threadNumbers = new Map<string, number>();
  private terminals: ReadonlyArray<TerminalLine> = [];

  /** Take up entries from the place `offset` of the list on; those that were known are replaced. */
  put(offset: number, entries: ReadonlyArray<TimelineEntry>): void {
    if (offset > this.count) throw new RangeError(`entries from ${offset} on, of which those from ${this.count} on are missing`);
    this.makeRoom(offset + entries.length);
    for (let index = 0; index < entries.length; index++) this.putOne(offset + index, entries[index] as TimelineEntry);
    this.count = Math.max(this.count, offset + entries.length);
    this.putBehind();
  }

  /** Take up the terminals, in the place of those that were known. */
  putTerminals(terminals: ReadonlyArray<TerminalLine>): void {
    this.terminals = terminals.filter(({ terminal_id, started_at_unix_ms }) => terminal_id !== null && started_at_unix_ms !== null);
    this.putBehind();
  }

  private putBehind(): void {
    this.makeRoom(this.count + this.terminals.length);
    this.numbers.delete("terminal_session");
    this.terminals.forEach((terminal, place) => {
      const number = this.count + place;
      this.putOne(number, entryOf(terminal));
      const opening = terminal.opened_by === null ? -1 : this.numberOf(terminal.opened_by);
      if (opening >= 0) this.work[opening] = number; // the end of its command is a moment of it
    });
    this.size = this.count + this.terminals.length;
  }

  kindOf(number: number): ObjectKind {
    return KINDS[this.kind[number] ?? 0] as ObjectKind;
  }

  refOf(number: number): ObjectRef {
    return { kind: this.kindOf(number), object_id: this.ids[number] ?? "" };
  }

  /** The first entry about an object; -1 if there is none. */
  numberOf(ref: ObjectRef): number {
    return this.numbers.get(ref.kind)?.get(ref.object_id) ?? -1;
  }

  /** Whether the log has no end of this work. */
  isOpen(number: number): boolean {
    return this.ended[number] === OPEN;
  }

  /** The place of an agent in `threads`, with or without entries. */
  threadNumber(id: string): number {
    let number = this.threadNumbers.get(id);
    if (number === undefined) {
      number = this.threads.push(id) - 1;
      this.threadNumbers.set(id, number);
    }
    return number;
  }

  /**
   * Find until when work without an end is drawn: to the end of the turn or the agent that ended around it, else to the
   * last moment that is known.
   */
  resolve(lastMoment: number): void {
    const { size, start, ended, end, thread, turn, endsWith } = this;
    for (let number = 0; number < size; number++) {
      let until = ended[number] as number;
      if (until === OPEN) {
        const around = endsWith[number] === WITH_TURN ? (turn[number] as number) : endsWith[number] === WITH_AGENT ? this.agentSpan(thread[number] as number) : -1;
        const aroundEnd = around < 0 || around === number ? OPEN : (ended[around] as number);
        until = Math.max(start[number] as number, aroundEnd === OPEN ? lastMoment : aroundEnd);
      }
      end[number] = until;
    }
  }

  private agentSpan(thread: number): number {
    const id = this.threads[thread];
    return id === undefined ? -1 : this.numberOf({ kind: "thread", object_id: id });
  }

  private putOne(number: number, entry: Omit<TimelineEntry, "position">): void {
    const { kind, object_id: id } = entry.subject;
    let numbers = this.numbers.get(kind);
    if (numbers === undefined) this.numbers.set(kind, (numbers = new Map()));
    const first = numbers.get(id);
    if (first === undefined) numbers.set(id, number);
    const isMoment = !WORK.has(kind) || (first !== undefined && first !== number);
    this.kind[number] = KIND_NUMBERS.get(kind) ?? 0;
    this.start[number] = entry.at_unix_ms;
    this.ended[number] = isMoment ? entry.at_unix_ms : entry.duration_ms === null ? OPEN : entry.at_unix_ms + Math.max(0, entry.duration_ms);
    this.isMoment[number] = isMoment ? 1 : 0;
    this.look[number] = lookOf(entry.outcome);
    this.thread[number] = entry.thread_id === null ? -1 : this.threadNumber(entry.thread_id);
    this.turn[number] = entry.codex_turn_id === null ? -1 : this.numberOf({ kind: "codex_turn", object_id: entry.codex_turn_id });
    this.work[number] = isMoment ? (first ?? number) : number;
    this.endsWith[number] = endOf(entry.outcome);
    this.what[number] = entry.what;
    this.latest = Math.max(this.latest, entry.at_unix_ms, this.isOpen(number) ? -Infinity : (this.ended[number] as number));
    this.ids[number] = id;
  }

  private makeRoom(needed: number): void {
    let room = this.start.length;
    if (needed <= room) return;
    while (room < needed) room *= 2;
    const larger = <Column extends Float64Array | Uint8Array | Int32Array>(column: Column, into: Column): Column => {
      into.set(column);
      return into;
    };
    this.start = larger(this.start, new Float64Array(room));
    this.ended = larger(this.ended, new Float64Array(room));
    this.end = larger(this.end, new Float64Array(room));
    this.look = larger(this.look, new Uint8Array(room));
    this.isMoment = larger(this.isMoment, new Uint8Array(room));
    this.kind = larger(this.kind, new Uint8Array(room));
    this.endsWith = larger(this.endsWith, new Uint8Array(room));
    this.thread = larger(this.thread, new Int32Array(room));
    this.turn = larger(this.turn, new Int32Array(room));
    this.work = larger(this.work, new Int32Array(room));
  }
}

/** A terminal as if it were an entry of the list. */
function entryOf({ terminal_id, thread_id, codex_turn_id, command, started_at_unix_ms, duration_ms, outcome }: TerminalLine): Omit<TimelineEntry, "position"> {
  return {
    at_unix_ms: started_at_unix_ms ?? 0,
    duration_ms,
    thread_id,
    codex_turn_id,
    subject: { kind: "terminal_session", object_id: terminal_id ?? "" },
    what: command,
    outcome,
    error: null,
    payloads: [],
  };
}

/** How an outcome is drawn. */
export function lookOf(outcome: Outcome | null): number {
  if (outcome === null) return NONE;
  if (outcome.unfinished !== null) return UNFINISHED;
  switch (outcome.status) {
    case "running":
      return RUNNING;
    case "failed":
      return FAILED;
    case "cancelled":
    case "aborted":
      return UNFINISHED;
    case "completed":
      return outcome.exit_code === null || outcome.exit_code === 0 ? COMPLETED : FAILED;
  }
}

/** What ended around work that itself never did, from the words of its outcome: `turn cancelled`, `agent completed`. */
function endOf(outcome: Outcome | null): EndsWith {
  if (outcome?.unfinished?.startsWith("turn ") === true) return WITH_TURN;
  if (outcome?.unfinished?.startsWith("agent ") === true) return WITH_AGENT;
  return WITH_ROLLOUT;
}
