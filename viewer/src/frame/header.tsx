// The line at the top: which bundle, how it stands, whether it is followed; search, theme and keys.

import type { Outcome, RolloutChange } from "../interface.ts";
import { useAddress } from "../location.ts";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { nextTheme, useTheme } from "../theme.ts";
import { useRollout } from "./rollout_context.tsx";
import { SearchBox } from "./search_box.tsx";

export function Header({ onKeys }: { onKeys: () => void }) {
  const { bundle } = useAddress();
  const theme = useTheme();
  return (
    <header class="frame-header">
      <a class="frame-product" href="#/">
        rollout-trace
      </a>
      {bundle !== null && <BundleHead />}
      <div class="frame-space" />
      <SearchBox />
      <button type="button" class="plain" onClick={nextTheme} title="Change the theme (d)">
        <ThemeMark /> <span class="frame-word">{theme}</span>
        <span class="unseen"> theme</span>
      </button>
      <button type="button" class="plain" onClick={onKeys} title="Show the keys (?)" aria-label="Keys">
        <kbd>?</kbd>
      </button>
    </header>
  );
}

function BundleHead() {
  const { head, connection, follow, setFollow, change } = useRollout();
  const { at } = useAddress();
  const rollout = head.answer;
  if (rollout === undefined) return null;
  const isLive = change?.is_live ?? rollout.is_live;
  return (
    <>
      <span class="faint" aria-hidden="true">
        /
      </span>
      <span class="frame-bundle one-line" title={withVisibleMarks(rollout.name)}>
        <VisibleText text={rollout.name} />
      </span>
      <Standing outcome={rollout.summary.outcome} change={change} />
      {isLive && (
        <span class={`live live-${connection}`} role="status">
          <span class="live-dot" aria-hidden="true" />
          {connection === "lost" ? "connection lost, trying again" : "live"}
        </span>
      )}
      {isLive && (
        <button
          type="button"
          aria-pressed={follow}
          disabled={at !== null}
          title="Lists stick to their ends as events come (l)"
          onClick={() => setFollow(!follow)}
        >
          Follow
        </button>
      )}
    </>
  );
}

/** How the rollout stands; if its bundle is no longer what it was, that first. */
function Standing({ outcome, change }: { outcome: Outcome; change: RolloutChange | undefined }) {
  if (change?.kind === "gone") {
    return (
      <strong class="outcome-failed one-line" role="alert">
        no longer there: <VisibleText text={change.reason ?? "the bundle is gone"} />
      </strong>
    );
  }
  return (
    <>
      <OutcomeMark outcome={outcome} />
      {change?.kind === "replaced" && (
        <strong class="outcome-unfinished one-line" role="alert">
          read anew: <VisibleText text={change.reason ?? "the log is another"} />
        </strong>
      )}
    </>
  );
}

function ThemeMark() {
  return (
    <svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true" class="theme-mark">
      <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.3" />
      <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />
    </svg>
  );
}
