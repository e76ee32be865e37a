// The kinds of objects: what they are called, their hue and their mark. The same everywhere.

import type { ObjectKind } from "../interface.ts";

interface KindLook {
  /** What a person calls it. */
  readonly word: string;
  /** The token of its colour. */
  readonly hue: "model" | "tool" | "cell" | "terminal" | "agent" | "compaction" | "user" | "item" | "evidence";
  /** Lines of its mark, on a field of 12 by 12. */
  readonly lines: string;
}

export const KINDS: Readonly<Record<ObjectKind, KindLook>> = {
  rollout: { word: "rollout", hue: "item", lines: "M6 1.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 0 0 0-9M6 4.5a1.5 1.5 0 1 0 0 3a1.5 1.5 0 0 0 0-3" },
  thread: { word: "agent", hue: "agent", lines: "M6 1.5a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4M1.8 10.8c0-5 8.4-5 8.4 0" },
  codex_turn: { word: "turn", hue: "user", lines: "M10 6a4 4 0 1 1-1.4-3M9 0.8v2.5H6.5" },
  conversation_item: { word: "item", hue: "item", lines: "M1.5 2h9v6.5H5L2.8 10.7V8.5H1.5z" },
  inference_call: { word: "request", hue: "model", lines: "M6 1l5 5l-5 5l-5-5zM6 4.2L7.8 6L6 7.8L4.2 6z" },
  tool_call: { word: "tool", hue: "tool", lines: "M1.5 10.5L6 6M7.8 1.2a3 3 0 1 0 3 3L9 5.5L6.5 5.5L6.5 3z" },
  code_cell: { word: "cell", hue: "cell", lines: "M4.5 1.5C2 1.5 3.7 6 1.3 6C3.7 6 2 10.5 4.5 10.5M7.5 1.5C10 1.5 8.3 6 10.7 6C8.3 6 10 10.5 7.5 10.5" },
  terminal_session: { word: "terminal", hue: "terminal", lines: "M1 2h10v8H1zM3 4.2L4.8 6L3 7.8M6 8h3" },
  terminal_operation: { word: "operation", hue: "terminal", lines: "M2 2.5L5.5 6L2 9.5M6.5 9.5h4" },
  compaction: { word: "compaction", hue: "compaction", lines: "M1.5 6h9M6 0.8v3.4M4.2 2.6L6 4.3L7.8 2.6M6 11.2V7.8M4.2 9.4L6 7.7L7.8 9.4" },
  compaction_request: { word: "compaction request", hue: "compaction", lines: "M6 1l5 5l-5 5l-5-5zM3.5 6h5" },
  interaction_edge: { word: "edge", hue: "agent", lines: "M1 6h9.5M7 2.5L10.5 6L7 9.5" },
  raw_payload: { word: "payload", hue: "evidence", lines: "M2.5 1h5l2 2v8h-7zM4.5 5h3M4.5 7.5h3" },
};

/** The mark of a kind, in its hue. It stands beside a name, and says nothing to those who are read to. */
export function KindMark({ kind }: { kind: ObjectKind }) {
  const { hue, lines } = KINDS[kind];
  return (
    <svg class={`kind-mark hue-${hue}`} viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <path d={lines} fill="none" stroke="currentColor" stroke-width="1.3" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
