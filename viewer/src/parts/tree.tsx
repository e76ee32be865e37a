// A tree that the keyboard can walk, as WAI-ARIA describes it: arrows, Home, End, `*`, and the first letters of an entry.

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { counted } from "./format.ts";

export interface TreeNode {
  readonly key: string;
  /** What is shown. */
  readonly label: ComponentChildren;
  /** What it is called by its first letters, and read aloud as. */
  readonly text: string;
  readonly children?: ReadonlyArray<TreeNode>;
}

export interface TreeProps {
  readonly label: string;
  readonly roots: ReadonlyArray<TreeNode>;
  /** How many levels are unfolded at first; all if nothing is said. */
  readonly open?: number;
  readonly selected?: string | null;
  /** Enter, or a click. */
  readonly onSelect?: (key: string) => void;
}

/** A node as it stands in the list of those that are shown. */
interface Shown {
  readonly node: TreeNode;
  readonly level: number;
  readonly parent: string | null;
  readonly position: number;
  readonly siblings: number;
}

/** So many children of one node are shown at once. */
const CHILDREN_AT_ONCE = 200;
const TYPED_MS = 700;

export function Tree({ label, roots, open = Infinity, selected = null, onSelect }: TreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState<ReadonlyMap<string, number>>(new Map());
  const [focused, setFocused] = useState<string | null>(null);
  const takesFocus = useRef(false);
  const typed = useRef({ letters: "", at: 0 });
  const root = useRef<HTMLUListElement>(null);
  const id = useId();

  const isOpen = (node: TreeNode, level: number) => (level < open + 1) !== toggled.has(node.key);
  const rows: (Shown | { readonly more: number; readonly of: string; readonly level: number })[] = [];
  const add = (nodes: ReadonlyArray<TreeNode>, level: number, parent: string | null) => {
    const shown = most.get(parent ?? "") ?? CHILDREN_AT_ONCE;
    for (const [index, node] of nodes.slice(0, shown).entries()) {
      rows.push({ node, level, parent, position: index + 1, siblings: nodes.length });
      if (node.children !== undefined && node.children.length > 0 && isOpen(node, level)) add(node.children, level + 1, node.key);
    }
    if (nodes.length > shown) rows.push({ more: nodes.length - shown, of: parent ?? "", level });
  };
  add(roots, 1, null);
  const shown = rows.filter((row): row is Shown => "node" in row);
  const tabStop = shown.some((row) => row.node.key === focused)
    ? focused
    : shown.some((row) => row.node.key === selected)
      ? selected
      : (shown[0]?.node.key ?? null);

  useLayoutEffect(() => {
    if (!takesFocus.current) return;
    takesFocus.current = false;
    root.current?.querySelector<HTMLElement>('[role="treeitem"][tabindex="0"]')?.focus();
  });

  const focus = (row: Shown | undefined) => {
    if (row === undefined) return;
    takesFocus.current = true;
    setFocused(row.node.key);
  };
  const toggle = (...keys: string[]) => {
    const next = new Set(toggled);
    for (const key of keys) if (!next.delete(key)) next.add(key);
    setToggled(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = shown.findIndex((row) => row.node.key === tabStop);
    const row = shown[at];
    if (row === undefined) return;
    const hasChildren = (row.node.children?.length ?? 0) > 0;
    const opened = hasChildren && isOpen(row.node, row.level);
    if (event.key.length > 1) typed.current = { letters: "", at: 0 };
    switch (event.key) {
      case "ArrowDown":
      case "j":
        focus(shown[at + 1]);
        break;
      case "ArrowUp":
      case "k":
        focus(shown[at - 1]);
        break;
      case "Home":
        focus(shown[0]);
        break;
      case "End":
        focus(shown.at(-1));
        break;
      case "ArrowRight":
        if (opened) focus(shown[at + 1]);
        else if (hasChildren) toggle(row.node.key);
        break;
      case "ArrowLeft":
        if (opened) toggle(row.node.key);
        else focus(shown.find((other) => other.node.key === row.parent));
        break;
      case "*": {
        const beside = shown.filter((other) => other.parent === row.parent && (other.node.children?.length ?? 0) > 0);
        toggle(...beside.filter((other) => !isOpen(other.node, other.level)).map((other) => other.node.key));
        break;
      }
      case "Enter":
        if (event.target instanceof HTMLElement && event.target.closest("a, button") !== null) return;
        onSelect?.(row.node.key);
        break;
      default: {
        if (event.key.length !== 1 || "/?,.[]+-0".includes(event.key)) return;
        const { current } = typed;
        const letters = (event.timeStamp - current.at > TYPED_MS ? "" : current.letters) + event.key.toLowerCase();
        typed.current = { letters, at: event.timeStamp };
        const from = letters.length === 1 ? at + 1 : at;
        const found = [...shown.slice(from), ...shown.slice(0, from)].find((other) => other.node.text.toLowerCase().startsWith(letters));
        if (found === undefined) return;
        focus(found);
      }
    }
    event.preventDefault();
  };

  return (
    <ul ref={root} class="tree" role="tree" aria-label={label} onKeyDown={onKeyDown}>
      {rows.map((row) =>
        "more" in row ? (
          <li key={`more ${row.of}`} role="none" style={{ paddingLeft: `${row.level * 16}px` }}>
            <button
              type="button"
              class="link"
              onClick={() => setMost(new Map(most).set(row.of, (most.get(row.of) ?? CHILDREN_AT_ONCE) + CHILDREN_AT_ONCE))}
            >
              show more ({counted(row.more, "entry", "entries")})
            </button>
          </li>
        ) : (
          <li
            key={row.node.key}
            id={`${id}-${row.node.key}`}
            role="treeitem"
            aria-level={row.level}
            aria-setsize={row.siblings}
            aria-posinset={row.position}
            aria-expanded={(row.node.children?.length ?? 0) > 0 ? isOpen(row.node, row.level) : undefined}
            aria-selected={row.node.key === selected}
            aria-label={row.node.text}
            tabIndex={row.node.key === tabStop ? 0 : -1}
            class="tree-entry"
            style={{ paddingLeft: `${(row.level - 1) * 16}px` }}
            onFocus={() => setFocused(row.node.key)}
            onClick={(event) => {
              if (event.target instanceof Element && event.target.closest("a, button") !== null) return;
              focus(row);
              onSelect?.(row.node.key);
            }}
          >
            {(row.node.children?.length ?? 0) > 0 ? (
              <button
                type="button"
                class="tree-fold"
                tabIndex={-1}
                aria-hidden="true"
                title={`${isOpen(row.node, row.level) ? "fold" : "unfold"} ${counted(row.node.children?.length ?? 0, "entry", "entries")}`}
                onClick={() => toggle(row.node.key)}
              >
                {isOpen(row.node, row.level) ? "▾" : "▸"}
              </button>
            ) : (
              <span class="tree-fold" />
            )}
            <span class="tree-label">{row.node.label}</span>
            {(row.node.children?.length ?? 0) > 0 && !isOpen(row.node, row.level) && <span class="faint"> {row.node.children?.length}</span>}
          </li>
        ),
      )}
    </ul>
  );
}
