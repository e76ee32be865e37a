// What happens while one looks: the server's stream of changes, which the browser takes up again where it was lost.

/** How the stream stands. */
export type Connection = "none" | "connecting" | "connected" | "lost";

const AGAIN_MS = 3_000;

/**
 * Follow a stream of changes, while the page is to be seen. A browser opens six connections to a server, for all of its
 * tabs, and a stream takes one: hidden tabs must not keep it from those that are looked at. A stream begins with how
 * things stand, so that nothing is missed. The browser takes a lost connection up again by itself, from the id of the
 * last change; where it gives up (the server answered with an error, as while it restarts), we ask anew. Returns how to
 * stop.
 */
export function followChanges<Change>(
  address: string,
  onChange: (change: Change) => void,
  onConnection: (connection: Connection) => void,
): () => void {
  let stream: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    const opened = new EventSource(address);
    opened.onopen = () => onConnection("connected");
    opened.onmessage = (event: MessageEvent<string>) => onChange(JSON.parse(event.data) as Change);
    opened.onerror = () => {
      onConnection("lost");
      if (opened.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
    };
    stream = opened;
  };
  const close = () => {
    clearTimeout(timer);
    stream?.close();
    onConnection("none");
  };
  const followIfSeen = () => {
    close();
    if (document.hidden) return;
    onConnection("connecting");
    open();
  };
  document.addEventListener("visibilitychange", followIfSeen);
  followIfSeen();
  return () => {
    document.removeEventListener("visibilitychange", followIfSeen);
    close();
  };
}

/** Calls at most once in so many milliseconds, and always with the last value. */
export function throttled<Value>(milliseconds: number, call: (value: Value) => void): { tell: (value: Value) => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let waiting: { value: Value } | undefined;
  const flush = () => {
    timer = undefined;
    if (waiting === undefined) return;
    const { value } = waiting;
    waiting = undefined;
    timer = setTimeout(flush, milliseconds);
    call(value);
  };
  return {
    tell: (value) => {
      waiting = { value };
      if (timer === undefined) flush();
    },
    stop: () => clearTimeout(timer),
  };
}
