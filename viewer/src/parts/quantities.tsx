// Quantities as they are shown: short, with the exact value in the title.

import type { TokenUsage, UsageTotals } from "../interface.ts";
import { brief, bytes, dayAndTime, duration, exact, exactMoment, money, percent, since, timeOfDay } from "./format.ts";

/** Why there is no count of tokens, or no cost. */
export const NOT_COUNTED = "the count was not recorded";
export const NO_PRICE = "no price is known";

/** What stands where there is no value. `why` says why. */
export function NoValue({ why = "not recorded" }: { why?: string }) {
  return (
    <span class="faint" title={why}>
      <span aria-hidden="true">–</span>
      <span class="unseen">{why}</span>
    </span>
  );
}

export function Count({ value }: { value: number | null }) {
  if (value === null) return <NoValue />;
  const short = brief(value);
  return <span title={short === exact(value) ? undefined : exact(value)}>{short}</span>;
}

/** Milliseconds; null for what has not ended. */
export function Duration({ ms, open = "has not ended" }: { ms: number | null; open?: string }) {
  if (ms === null) return <NoValue why={open} />;
  return <span title={`${exact(ms)} ms`}>{duration(ms)}</span>;
}

/**
 * A moment, in Unix milliseconds; with `from`, as the time since then, or nothing as long as that is null, not known yet.
 * The title has it to the millisecond in UTC.
 */
export function Moment({ ms, form = "day", from }: { ms: number | null; form?: "day" | "time" | "milliseconds"; from?: number | null }) {
  if (ms === null) return <NoValue />;
  if (from === null) return null;
  const text =
    from !== undefined ? since(ms, from) : form === "day" ? dayAndTime(ms) : timeOfDay(ms, form === "milliseconds");
  const date = new Date(ms);
  return (
    <time dateTime={Number.isNaN(date.getTime()) ? undefined : date.toISOString()} title={exactMoment(ms)}>
      {text}
    </time>
  );
}

export function Bytes({ value }: { value: number }) {
  return <span title={`${exact(value)} bytes`}>{bytes(value)}</span>;
}

/** Dollars as decimal text; null where a count or a price is not known. */
export function Money({ usd, why = NO_PRICE }: { usd: string | null; why?: string }) {
  if (usd === null) return <NoValue why={why} />;
  return <span title={`$${usd}`}>{money(usd)}</span>;
}

/** What requests cost together. In words, where there is room for them, it is said why no cost is known. */
export function Cost({ usage, inWords = false }: { usage: UsageTotals; inWords?: boolean }) {
  const { cost_usd } = usage;
  const why = whyNotCounted(usage) ?? NO_PRICE;
  return cost_usd === null && inWords ? <span class="faint">{why}</span> : <Money usd={cost_usd} why={why} />;
}

/** The tokens of requests together. */
export function TokensInAll({ usage, isBrief = false }: { usage: UsageTotals; isBrief?: boolean }) {
  const why = whyNotCounted(usage);
  return why === null ? <Tokens usage={usage.tokens} isBrief={isBrief} /> : <NoValue why={why} />;
}

/** Why there is no count of the tokens of requests; null if there is one of some. */
function whyNotCounted({ requests, requests_without_count }: UsageTotals): string | null {
  if (requests > requests_without_count) return null;
  return requests === 0 ? "no model was asked" : NOT_COUNTED;
}

/** What requests used: input, how much of it came from the cache, output. Brief where a column of its own has the share of the cache. */
export function Tokens({ usage, isBrief = false }: { usage: TokenUsage | null; isBrief?: boolean }) {
  if (usage === null) return <NoValue why={NOT_COUNTED} />;
  const title = [
    `${exact(usage.input_tokens)} input tokens, ${exact(usage.cached_input_tokens)} of them cached`,
    `${exact(usage.cache_write_input_tokens)} written to the cache`,
    `${exact(usage.output_tokens)} output tokens, ${exact(usage.reasoning_output_tokens)} of them for reasoning`,
  ].join("\n");
  return (
    <span class="tokens" title={title}>
      {brief(usage.input_tokens)} in
      {!isBrief && <span class="faint"> ({percent(usage.cached_input_tokens, usage.input_tokens)} cached)</span>}, {brief(usage.output_tokens)} out
    </span>
  );
}

/** A share of a whole, as a bar with its percentage. `of` names the share. */
export function Share({ part, whole, of }: { part: number; whole: number; of: string }) {
  const share = whole === 0 ? 0 : Math.min(1, part / whole);
  return (
    <span class="share" title={`${of}: ${exact(part)} of ${exact(whole)}`}>
      <span class="share-bar" aria-hidden="true">
        <span style={{ width: `${100 * share}%` }} />
      </span>
      {percent(part, whole)}
    </span>
  );
}
