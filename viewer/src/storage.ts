// What the browser keeps for us, as long as it lets us: some browsers refuse all storage to a file or in private windows.

/** What was kept under a name; null if nothing was, or if the browser keeps nothing. */
export function kept(name: string, storage: "local" | "session" = "local"): string | null {
  try {
    return areaOf(storage).getItem(`rollout-trace.${name}`);
  } catch {
    return null;
  }
}

/** Keep a text under a name, if the browser lets us. */
export function keep(name: string, text: string, storage: "local" | "session" = "local"): void {
  try {
    areaOf(storage).setItem(`rollout-trace.${name}`, text);
  } catch {
    // Full or refused: the page works without it.
  }
}

function areaOf(storage: "local" | "session"): Storage {
  return storage === "local" ? localStorage : sessionStorage;
}
