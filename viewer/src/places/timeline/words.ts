// An entry in words, from what is kept of it. Pure.

import type { Passage } from "../../interface.ts";
import { duration, since } from "../../parts/format.ts";
import { LOOKS, type Spans } from "./spans.ts";

/** How it stands, and the whole in a sentence for those who are read to. */
export function entryWords(spans: Spans, number: number, agent = "", origin = 0): { outcome: string; sentence: string } {
  const look = LOOKS[spans.look[number] ?? 0] ?? "none";
  const outcome = look === "none" ? "" : look;
  const start = spans.start[number] as number;
  const kind = spans.kindOf(number).replaceAll("_", " ");
  const lasts = spans.isMoment[number] === 1 ? "" : spans.isOpen(number) ? "no end in the log" : `lasts ${duration((spans.ended[number] as number) - start)}`;
  const sentence = [`${kind} ${spans.what[number] ?? ""}`, agent, since(start, origin), lasts, outcome].filter((part) => part !== "").join(", ");
  return { outcome, sentence };
}

export const PASSAGE_WORDS: Readonly<Record<Passage["kind"], string>> = {
  spawn_agent: "spawns",
  assign_agent_task: "gives a task",
  send_message: "sends a message",
  agent_result: "gives a result",
  close_agent: "closes",
};

/** What went from one agent to another, as a sentence. */
export function passageWords({ kind, sender, receiver, words, at_unix_ms }: Passage, agentOf: (thread: string | null) => string, origin: number): string {
  const said = [PASSAGE_WORDS[kind], `${agentOf(sender)} to ${agentOf(receiver)}`, since(at_unix_ms, origin), words ?? ""];
  return said.filter((part) => part !== "").join(", ");
}

/** What is in a lane: `3 turns, 12 requests`. */
export function contentsOf(subLanes: ReadonlyArray<{ readonly group: string; readonly count: number }>): string {
  const words = subLanes.map(({ group, count }) => `${count} ${count === 1 ? group.slice(0, -1) : group}`);
  return words.length === 0 ? "nothing" : words.join(", ");
}
