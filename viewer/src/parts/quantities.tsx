// Quantities as they are shown: short, with the exact value in the title.

import type { TokenUsage, UsageTotals } from "../interface.ts";
import { brief, bytes, dayAndTime, duration, exact, exactMoment, money, percent, since, timeOfDay } from "./format.ts";

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

export const NO_COUNT = "the count was not recorded";

/** Dollars as decimal text; null where a count or a price is not known. */
export function Money({ usd, why = "no price is known" }: { usd: string | null; why?: string | undefined }) {
  if (usd === null) return <NoValue why={why} />;
  return <span title={`$${usd}`}>{money(usd)}</span>;
}

/** What requests cost; where nothing is known, whether it is the count or the price that is not. */
export function Cost({ of }: { of: UsageTotals }) {
  const why = of.requests === 0 ? "nothing was asked" : of.requests_without_price > 0 ? "no price is known" : NO_COUNT;
  return <Money usd={of.cost_usd} why={why} />;
}

/** What requests used: input, how much of it came from the cache, output. */
export function Tokens({ usage }: { usage: TokenUsage | null }) {
  if (usage === null) return <NoValue why={NO_COUNT} />;
  const title = [
    `${exact(usage.input_tokens)} input tokens, ${exact(usage.cached_input_tokens)} of them cached`,
    `${exact(usage.cache_write_input_tokens)} written to the cache`,
    `${exact(usage.output_tokens)} output tokens, ${exact(usage.reasoning_output_tokens)} of them for reasoning`,
  ].join("\n");
  return (
    <span class="tokens" title={title}>
      {brief(usage.input_tokens)} in
      <span class="faint"> ({percent(usage.cached_input_tokens, usage.input_tokens)} cached)</span>, {brief(usage.output_tokens)} out
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
