// Where time went, as a bar: each stretch has the hue of its work, and stands in the list below with its name and time.

import type { Account } from "../interface.ts";
import { duration, exact, percent } from "./format.ts";
import "../style/account_bar.css";

interface Stretch {
  readonly field: keyof Account;
  readonly word: string;
  readonly look: string;
}

const STRETCHES: ReadonlyArray<Stretch> = [
  { field: "model_alone_ms", word: "model", look: "model" },
  { field: "model_and_tools_ms", word: "model and tools", look: "model-tool" },
  { field: "tools_alone_ms", word: "tools", look: "tool" },
  { field: "tools_and_waiting_ms", word: "tools, and waiting for agents", look: "tool-agent" },
  { field: "waiting_alone_ms", word: "waiting for agents", look: "agent" },
  { field: "model_and_waiting_ms", word: "model, and waiting for agents", look: "model-agent" },
  { field: "model_tools_and_waiting_ms", word: "model, tools and waiting", look: "model-tool" },
  { field: "between_ms", word: "between", look: "between" },
  { field: "idle_ms", word: "idle", look: "idle" },
];

const MEANINGS: Partial<Record<keyof Account, string>> = {
  between_ms: "a turn is open, and nothing of the others goes on",
  idle_ms: "no turn is open",
};

/** One account. Without `isBrief`, what the colours mean stands below. */
export function AccountBar({ account, isBrief = false }: { account: Account; isBrief?: boolean }) {
  const shown = STRETCHES.filter(({ field }) => account[field] > 0);
  const said = shown.map(({ field, word }) => `${word} ${duration(account[field])}`).join(", ");
  return (
    <div class="account">
      <div class="account-bar" role="img" aria-label={said || "no time passed"} title={said}>
        {shown.map(({ field, look }) => (
          <span key={field} class={`account-${look}`} style={{ flexGrow: account[field] }} />
        ))}
      </div>
      {!isBrief && (
        <ul class="account-legend">
          {shown.map(({ field, word, look }) => (
            <li key={field} title={MEANINGS[field]}>
              <span class={`account-sign account-${look}`} aria-hidden="true" />
              {word} <span title={`${exact(account[field])} ms`}>{duration(account[field])}</span>{" "}
              <span class="faint">{percent(account[field], account.total_ms)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
