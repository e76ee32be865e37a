// How a piece of work stands: a sign and a word, so that the colour never says it alone.

import type { ExecutionStatus, Outcome, RolloutStatus } from "../interface.ts";

type Look = "completed" | "failed" | "unfinished" | "running";

const SIGNS: Readonly<Record<Look, string>> = {
  completed: "M2 6.5L4.8 9.2L10 3",
  failed: "M2.5 2.5l7 7M9.5 2.5l-7 7",
  unfinished: "M2.5 6h7",
  running: "M6 3.2a2.8 2.8 0 1 0 0 5.6a2.8 2.8 0 0 0 0-5.6",
};

export interface OutcomeMarkProps {
  readonly outcome: Outcome | { readonly status: ExecutionStatus | RolloutStatus } | null;
  /** Only the sign; the word is in the title and read aloud. */
  readonly isBrief?: boolean;
}

export function OutcomeMark({ outcome, isBrief = false }: OutcomeMarkProps) {
  if (outcome === null) return null;
  const { look, word } = standing(outcome);
  return (
    <span class={`outcome outcome-${look}`} title={word}>
      <svg class="outcome-sign" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
        <path d={SIGNS[look]} fill={look === "running" ? "currentColor" : "none"} stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" />
      </svg>
      <span class={isBrief ? "unseen" : undefined}>{word}</span>
    </span>
  );
}

/** The look and the words of an outcome, in the words of the command. */
export function standing(outcome: Outcome | { readonly status: ExecutionStatus | RolloutStatus }): { look: Look; word: string } {
  if ("unfinished" in outcome) {
    if (outcome.unfinished !== null) return { look: "unfinished", word: `unfinished, ${outcome.unfinished}` };
    if (outcome.last_turn !== null) return { look: "failed", word: `${outcome.status}; last turn ${outcome.last_turn}` };
    if (outcome.exit_code !== null && outcome.exit_code !== 0 && outcome.status !== "running") {
      return { look: "failed", word: `exit code ${outcome.exit_code}` };
    }
  }
  switch (outcome.status) {
    case "completed":
      return { look: "completed", word: "completed" };
    case "failed":
      return { look: "failed", word: "failed" };
    case "cancelled":
    case "aborted":
      return { look: "unfinished", word: outcome.status };
    case "running":
      return { look: "running", word: "running" };
  }
}
