// A list of items of any length, as conversations and requests have it, with a cursor, and found again where it was left.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { type Pages, useBeginning } from "../asking.ts";
import { useRollout } from "../frame/rollout_context.tsx";
import type { Item } from "../interface.ts";
import { go } from "../location.ts";
import { Empty, Failed, Loading } from "../parts/notice.tsx";
import { listenToReader } from "../parts/readers_acts.ts";
import { VirtualList, type VirtualListHandle, isRemembered } from "../parts/virtual_list.tsx";
import { useStart } from "./columns.tsx";
import { ItemEntry, useUnfolded } from "./item_entry.tsx";

/** What the list needs to know of one of its entries. */
export interface Listed {
  readonly index: number;
  readonly item: Item;
  readonly mark?: "new" | "vanished" | null;
  /** What stands above the item: where a turn begins, where a history was replaced. */
  readonly above?: ComponentChildren;
}

export interface ItemListProps<Entry> {
  readonly label: string;
  readonly pages: Pages<Entry>;
  readonly listed: (entry: Entry) => Listed;
  readonly empty: ComponentChildren;
  readonly remember: string;
  /** The place in the list of the entry to jump to; null as long as it is not known. Another value jumps again. */
  readonly target?: number | null | undefined;
  /** Whether the list sticks to its end while the rollout is followed. */
  readonly canFollow?: boolean;
}

const ESTIMATE = 96;

export function ItemList<Entry>({ label, pages, listed, empty, remember, target, canFollow = false }: ItemListProps<Entry>) {
  const [cursor, setCursor] = useState<number | null>(null);
  const handle = useRef<VirtualListHandle | null>(null);
  const unfolded = useUnfolded();
  const start = useStart();
  const { follow, setFollow } = useRollout();
  const wasHere = useRef(target !== undefined && isRemembered(remember));
  const isKnown = pages.total !== null;
  useBeginning(pages);
  useEffect(() => setCursor(null), [pages.key]);
  useEffect(() => {
    if (target == null || !isKnown) return undefined;
    setCursor(target);
    if (wasHere.current) {
      wasHere.current = false; // Back and Reload find the list where it was left
      return undefined;
    }
    return keepInView(() => handle.current?.scrollTo(target, "start"));
  }, [target, isKnown, pages.key]);

  if (pages.total === null) return pages.error === undefined ? <Loading progress={pages.progress} /> : <Failed sentence={pages.error} retry={pages.retry} />;
  if (pages.total === 0) return <Empty>{empty}</Empty>;
  return (
    <>
      {pages.error !== undefined && <Failed sentence={pages.error} retry={pages.retry} />}
      <VirtualList
        key={pages.key}
        label={label}
        count={pages.total}
        estimate={ESTIMATE}
        remember={remember}
        follow={canFollow && follow}
        {...(canFollow ? { onFollow: setFollow } : {})}
        handle={handle}
        cursor={cursor}
        onCursor={setCursor}
        onOpen={(index) => {
          const entry = pages.at(index);
          if (entry !== undefined) go({ select: { kind: "conversation_item", object_id: listed(entry).item.item_id } });
        }}
        onView={pages.need}
      >
        {(place) => {
          const entry = pages.at(place);
          if (entry === undefined) return <div class="item" style={{ minHeight: `${ESTIMATE}px` }} aria-busy="true" />;
          const { index, item, mark = null, above } = listed(entry);
          return (
            <>
              {above}
              <ItemEntry item={item} index={index} mark={mark} unfolded={unfolded} start={start} />
            </>
          );
        }}
      </VirtualList>
    </>
  );
}

const KEPT_MS = 800;
const KEPT_EVERY_MS = 80;

/** Until its entries have come, a list only knows about where they stand: the jump is made again until it has settled. */
export function keepInView(jump: () => void): () => void {
  jump();
  const timer = setInterval(jump, KEPT_EVERY_MS);
  const end = setTimeout(() => stop(), KEPT_MS);
  const stop = () => {
    clearInterval(timer);
    clearTimeout(end);
    stopListening();
  };
  const stopListening = listenToReader(window, stop);
  return stop;
}
