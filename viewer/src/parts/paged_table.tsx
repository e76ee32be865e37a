// A table of any length: its pages are fetched as they come into view, its rows are in the page while they are in view.

import type { ComponentChildren, RefObject } from "preact";
import { type Pages, useBeginning } from "../asking.ts";
import { Empty, Failed, Loading } from "./notice.tsx";
import { VirtualList, type VirtualListHandle } from "./virtual_list.tsx";

export interface Column<Entry> {
  readonly key: string;
  readonly title: string;
  /** What the title means, where a word is not enough. */
  readonly explanation?: string;
  /** A track of a CSS grid, whose least width is in pixels: `80px`, `minmax(120px, 2fr)`. */
  readonly width: string;
  /** Numbers stand at the end. */
  readonly align?: "end";
  /** Whether the server can put the list in this order. */
  readonly canOrder?: boolean;
  readonly cell: (entry: Entry, index: number) => ComponentChildren;
}

/** An order of a list, as its server names it. Without `reversed`, the most, the newest or the first comes first. */
export interface Order {
  readonly key: string;
  readonly reversed: boolean;
}

export interface PagedTableProps<Entry> {
  readonly label: string;
  readonly pages: Pages<Entry>;
  readonly columns: ReadonlyArray<Column<Entry>>;
  /** What is said when the list has no entries. */
  readonly empty: ComponentChildren;
  readonly order?: Order;
  readonly onOrder?: (order: Order) => void;
  /** Enter, or a click on a row. */
  readonly onOpen?: (entry: Entry, index: number) => void;
  readonly isSelected?: (entry: Entry) => boolean;
  readonly rowClass?: (entry: Entry) => string;
  /** The name under which the position is kept for Back and Reload. */
  readonly remember?: string;
  readonly follow?: boolean;
  readonly onFollow?: (follows: boolean) => void;
  readonly handle?: RefObject<VirtualListHandle | null>;
  /** The height of a row whose content is not higher, in pixels. */
  readonly rowHeight?: number;
  /** Whether the table is as high as its rows (up to 12 of them), and not as high as the room it has. */
  readonly isInline?: boolean;
}

const HEAD_HEIGHT = 28;
const ROW_HEIGHT = 28;
const INLINE_ROWS = 12;
/** Room for a bar that scrolls sideways, below the rows. */
const INLINE_BAR = 12;

export function PagedTable<Entry>(props: PagedTableProps<Entry>) {
  const { pages, columns, order, onOrder, onOpen, rowHeight = ROW_HEIGHT } = props;
  useBeginning(pages);

  if (pages.total === null) {
    return pages.error !== undefined ? <Failed sentence={pages.error} retry={pages.retry} /> : <Loading progress={pages.progress} />;
  }
  if (pages.total === 0) return <Empty>{props.empty}</Empty>;

  const tracks = { gridTemplateColumns: columns.map((column) => column.width).join(" ") };
  const head = (
    <div class="table-row table-head" role="row" aria-rowindex={1} style={tracks}>
      {columns.map((column) => (
        <ColumnHead key={column.key} column={column} order={order} onOrder={onOrder} />
      ))}
    </div>
  );
  const row = (index: number) => {
    const entry = pages.at(index);
    return columns.map((column) => (
      <div key={column.key} role="gridcell" class={`table-cell ${column.align === "end" ? "number" : ""}`}>
        {entry === undefined ? <span class="table-waiting" /> : column.cell(entry, index)}
      </div>
    ));
  };
  const inline = { maxHeight: `${HEAD_HEIGHT + INLINE_ROWS * rowHeight + INLINE_BAR}px`, height: `${HEAD_HEIGHT + pages.total * rowHeight + INLINE_BAR}px` };
  return (
    <div class={props.isInline ? "paged-table paged-table-inline" : "paged-table"} style={props.isInline ? inline : undefined}>
      {pages.error !== undefined && <Failed sentence={pages.error} retry={pages.retry} />}
      <VirtualList
        key={pages.key}
        label={props.label}
        hasCells
        listProps={{ "aria-rowcount": pages.total + 1, "aria-colcount": columns.length }}
        count={pages.total}
        estimate={rowHeight}
        head={head}
        headHeight={HEAD_HEIGHT}
        minWidth={leastWidth(columns)}
        remember={props.remember}
        follow={props.follow ?? false}
        {...(props.onFollow === undefined ? {} : { onFollow: props.onFollow })}
        {...(props.handle === undefined ? {} : { handle: props.handle })}
        onOpen={
          onOpen &&
          ((index) => {
            const entry = pages.at(index);
            if (entry !== undefined) onOpen(entry, index);
          })
        }
        onView={pages.need}
        entryProps={(index) => {
          const entry = pages.at(index);
          const isSelected = entry !== undefined && (props.isSelected?.(entry) ?? false);
          return {
            "aria-rowindex": index + 2,
            "aria-selected": props.isSelected === undefined ? undefined : isSelected,
            class: `table-row ${onOpen === undefined ? "" : "can-open"} ${entry === undefined ? "" : (props.rowClass?.(entry) ?? "")}`,
          };
        }}
      >
        {(index) => (
          <div class="table-cells" role="presentation" style={{ ...tracks, minHeight: `${rowHeight - 1}px` }}>
            {row(index)}
          </div>
        )}
      </VirtualList>
    </div>
  );
}

/** How wide a row is at least, in pixels: a table that has less room scrolls sideways. */
function leastWidth<Entry>(columns: ReadonlyArray<Column<Entry>>): number {
  return columns.reduce((sum, { width }) => sum + Number.parseInt(width.replace("minmax(", ""), 10), 0);
}

function ColumnHead<Entry>({
  column,
  order,
  onOrder,
}: {
  column: Column<Entry>;
  order: Order | undefined;
  onOrder: ((order: Order) => void) | undefined;
}) {
  const isOrdered = order?.key === column.key;
  const alignment = column.align === "end" ? "number" : "";
  if (onOrder === undefined || column.canOrder !== true) {
    return (
      <div role="columnheader" class={`table-cell ${alignment}`} title={column.explanation}>
        {column.title}
      </div>
    );
  }
  return (
    <div
      role="columnheader"
      class={`table-cell ${alignment}`}
      title={column.explanation}
      aria-sort={isOrdered ? (order.reversed ? "ascending" : "descending") : "none"}
    >
      <button type="button" class="table-order" onClick={() => onOrder({ key: column.key, reversed: isOrdered && !order.reversed })}>
        {column.title}
        {isOrdered && <span aria-hidden="true">{order.reversed ? "▴" : "▾"}</span>}
      </button>
    </div>
  );
}
