// Where a history was replaced: what was dropped, what was kept, what was put in its place, what the model asked again.

import { usePages } from "../asking.ts";
import type { Item, ReplacedItems, ReplacementKind, ReplacementLine } from "../interface.ts";
import { go, useAddress, useOption } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { ObjectLink } from "../parts/object_link.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Count } from "../parts/quantities.tsx";
import { OneLine, afterColumn, agentColumn, eventColumn, objectColumn, useStart } from "./columns.tsx";
import { useFirstPage } from "./first_page.tsx";

const KINDS: Readonly<Record<ReplacementKind, { word: string; title: string }>> = {
  installed: { word: "compaction", title: "a compaction that the log tells of" },
  unrecorded: { word: "no event tells", title: "a local compaction, or an edit of the history: it shows only in the requests" },
  cut: { word: "cut at the end", title: "only the end of the history is gone, as after a revert; no event tells of it" },
};

const CHOICES: ReadonlyArray<{ choice: ReplacedItems; title: string }> = [
  { choice: "dropped", title: "Dropped" },
  { choice: "kept", title: "Kept" },
  { choice: "added", title: "Added" },
];

export function CompactionsPlace() {
  const start = useStart();
  const { at } = useAddress();
  const [chosen, setChosen] = useOption("seq");
  const pages = usePages("compactions", {});
  const known = useFirstPage(pages);
  const columns: ReadonlyArray<Column<ReplacementLine>> = [
    eventColumn(({ position }) => position.seq),
    afterColumn(start, ({ at_unix_ms }) => at_unix_ms),
    agentColumn(({ thread_id }) => thread_id),
    { key: "kind", title: "How", width: "130px", cell: ({ kind }) => <span title={KINDS[kind].title}>{KINDS[kind].word}</span> },
    objectColumn("Compaction", ({ ref }) => ref, undefined, "minmax(110px, 1fr)"),
    { key: "size", title: "Items", width: "100px", align: "end", cell: ({ before, after }) => `${exact(before)} → ${exact(after)}` },
    { key: "dropped", title: "Dropped", width: "76px", align: "end", cell: ({ dropped }) => <Count value={dropped} /> },
    { key: "kept", title: "Kept", width: "64px", align: "end", cell: ({ kept }) => <Count value={kept} /> },
    { key: "added", title: "Added", width: "64px", align: "end", cell: ({ added }) => <Count value={added} /> },
    { key: "again", title: "Asked again", width: "104px", align: "end", cell: ({ asked_again }) => <Count value={asked_again.length} /> },
    objectColumn("First request with it", ({ first_request }) => first_request, undefined, "minmax(140px, 1fr)"),
  ];
  const isPast = ({ position }: ReplacementLine) => at === null || position.seq <= at; // while the list of another moment is still shown
  const line = known.filter(isPast).find(({ position }) => chosen === "" || String(position.seq) === chosen);
  return (
    <PlaceLayout title="Compactions" about={pages.total !== null && exact(pages.total)}>
      <PagedTable
        label="Replaced histories"
        pages={pages}
        columns={columns}
        isInline
        isSelected={({ position }) => line?.position.seq === position.seq}
        onOpen={({ position }) => setChosen(String(position.seq))}
        empty="No history was replaced."
      />
      {line !== undefined && <Replacement key={line.position.seq} line={line} />}
    </PlaceLayout>
  );
}

function Replacement({ line }: { line: ReplacementLine }) {
  return (
    <>
      {line.asked_again.length > 0 && (
        <Section title="Asked again" about={counted(line.asked_again.length, "call that repeats one whose output was dropped", "calls that repeat one whose output was dropped")}>
          <ul>
            {line.asked_again.map(({ earlier, later }) => (
              <li key={later}>
                <ObjectLink object={{ kind: "tool_call", object_id: later }} /> asks again what <ObjectLink object={{ kind: "tool_call", object_id: earlier }} /> had asked
              </li>
            ))}
          </ul>
        </Section>
      )}
      {CHOICES.map(({ choice, title }) => (
        <Section key={choice} title={title} about={counted(line[choice], "item")}>
          {line[choice] > 0 && <Items seq={line.position.seq} choice={choice} />}
        </Section>
      ))}
    </>
  );
}

const ITEMS: ReadonlyArray<Column<Item>> = [
  objectColumn("Item", ({ item_id }) => ({ kind: "conversation_item", object_id: item_id }), undefined, "104px"),
  { key: "label", title: "Who", width: "minmax(120px, 190px)", cell: ({ label, tool }) => <OneLine text={tool === null ? label : `${label} ${tool}`} /> },
  { key: "text", title: "Text", width: "minmax(200px, 4fr)", cell: ({ text }) => <OneLine text={text.text} /> },
];

function Items({ seq, choice }: { seq: number; choice: ReplacedItems }) {
  const pages = usePages("compactions/items", { seq, choice });
  return (
    <PagedTable
      label={`Items: ${choice}`}
      pages={pages}
      columns={ITEMS}
      isInline
      onOpen={({ item_id }) => go({ select: { kind: "conversation_item", object_id: item_id } })}
      empty="None."
    />
  );
}
