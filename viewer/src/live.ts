// What happens while one looks: the server's stream of changes, which the browser takes up again where it was lost.

/** How the stream stands. */
export type Connection = "none" | "connecting" | "connected" | "lost";

const AGAIN_MS = 3_000;

/**
 * Follow a stream of changes. The browser takes a lost connection up again by itself, from the id of the last change;
 * where it gives up (the server answered with an error, as while it restarts), we ask anew. Returns how to stop.
 */
export function followChanges<Change>(
  address: string,
  onChange: (change: Change) => void,
  onConnection: (connection: Connection) => void,
): () => void {
  let stream: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    stream = new EventSource(address);
    stream.onopen = () => onConnection("connected");
    stream.onmessage = (event: MessageEvent<string>) => onChange(JSON.parse(event.data) as Change);
    stream.onerror = () => {
      onConnection("lost");
      if (stream.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_MS);
    };
  };
  onConnection("connecting");
  open();
  return () => {
    clearTimeout(timer);
    stream.close();
    onConnection("none");
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
