// The dialog that shows all keys.

import { useEffect, useRef } from "preact/hooks";
import type { KeyLine } from "../keyboard.ts";
import { useKeys } from "../keyboard.ts";

export function KeyHelp({ table, onClose }: { table: ReadonlyArray<KeyLine>; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  useKeys({ "?": onClose });
  const groups = [...new Set(table.map((line) => line.where))];
  return (
    <dialog
      ref={dialog}
      class="key-help"
      aria-labelledby="key-help-title"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      <header>
        <h1 id="key-help-title">Keys</h1>
        <button type="button" class="plain" onClick={() => dialog.current?.close()} aria-label="Close">
          ✕
        </button>
      </header>
      <div class="key-help-groups">
        {groups.map((where) => (
          <section key={where}>
            <h2>{where[0]?.toUpperCase() + where.slice(1)}</h2>
            <dl>
              {table
                .filter((line) => line.where === where)
                .map((line) => (
                  <div key={line.does}>
                    <dt>
                      {line.keys.split(" ").map((key) => (
                        <kbd key={key}>{key === "Escape" ? "Esc" : key}</kbd>
                      ))}
                    </dt>
                    <dd>{line.does}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </dialog>
  );
}
