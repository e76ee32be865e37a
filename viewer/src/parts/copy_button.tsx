// A button that copies a text, and says whether it did.

import { useEffect, useState } from "preact/hooks";

const SAID_MS = 1_500;

export function CopyButton({ text, title = "Copy" }: { text: () => string; title?: string }) {
  const [said, setSaid] = useState<string | null>(null);
  useEffect(() => {
    if (said === null) return undefined;
    const timer = setTimeout(() => setSaid(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <button
      type="button"
      class="plain"
      title={title}
      onClick={() => {
        copied(text()).then((wasCopied) => setSaid(wasCopied ? "copied" : "the browser refuses"));
      }}
    >
      <span aria-live="polite">{said ?? "copy"}</span>
    </button>
  );
}

/** Whether a text could be copied. Where the browser has no clipboard for us (a file), a selection is copied. */
async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const wasCopied = document.execCommand("copy");
    field.remove();
    return wasCopied;
  }
}
