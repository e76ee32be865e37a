// An item as a conversation shows it: who speaks, where it comes from, what it says; as the payload has it when asked.

import { useMemo, useState } from "preact/hooks";
import { hashOf, isSameObject } from "../address.ts";
import { nameIn, useAnswer } from "../asking.ts";
import type { Excerpt, Item, ObjectRef } from "../interface.ts";
import { changed, hrefTo, useAddress } from "../location.ts";
import { ExcerptBlock } from "../parts/excerpt_block.tsx";
import { counted } from "../parts/format.ts";
import { JsonView } from "../parts/json_view.tsx";
import { KindMark } from "../parts/kinds.tsx";
import { Answered, Notice } from "../parts/notice.tsx";
import { ObjectLink } from "../parts/object_link.tsx";
import { Moment } from "../parts/quantities.tsx";
import { TextBlock } from "../parts/text_block.tsx";
import { type Form, beginningOf, codePoints, unfetchedOf } from "../parts/text_forms.ts";
import { VisibleText, withVisibleMarks } from "../parts/visible_text.tsx";
import { PayloadView } from "./payload_view.tsx";
import "../style/item.css";

/** What a reader unfolded of the items of a list, kept while items leave the view and come back. */
export interface Unfolded {
  readonly isOpen: (what: string) => boolean;
  readonly toggle: (what: string) => void;
}

export function useUnfolded(): Unfolded {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  return {
    isOpen: (what) => open.has(what),
    toggle: (what) =>
      setOpen((before) => {
        const next = new Set(before);
        if (!next.delete(what)) next.add(what);
        return next;
      }),
  };
}

export interface ItemEntryProps {
  readonly item: Item;
  /** Its place, from 0, in the list that shows it. */
  readonly index: number;
  readonly unfolded: Unfolded;
  /** The moment from which times are counted. */
  readonly start: number | null;
  /** What the list says of it: that it is new, or has gone. */
  readonly mark?: "new" | "vanished" | null;
}

export function ItemEntry({ item, index, unfolded, start, mark = null }: ItemEntryProps) {
  const address = useAddress();
  const ref: ObjectRef = { kind: "conversation_item", object_id: item.item_id };
  const isRaw = unfolded.isOpen(`raw ${item.item_id}`);
  const mayHaveImages = item.content_kinds.includes("payload_ref");
  const showsImages = unfolded.isOpen(`images ${item.item_id}`);
  return (
    <article class="item" aria-label={`${index + 1}, ${withVisibleMarks(item.label)}`} data-role={lookOf(item)} data-mark={mark ?? undefined} data-selected={isSameObject(address.select, ref) ? "" : undefined}>
      <div class="item-number" title={`item ${index + 1} of the list`}>
        {index + 1}
        {mark !== null && <span class="item-mark">{mark === "new" ? "new" : "gone"}</span>}
      </div>
      <div class="item-main">
        <header class="item-head">
          <strong class="item-label">
            <VisibleText text={item.label} />
          </strong>
          {item.tool !== null && (
            <span class="item-tool code">
              <VisibleText text={item.tool} />
            </span>
          )}
          <ObjectLink object={ref} />
          {item.origins.length > 0 && (
            <span class="item-fact">
              <span class="faint">from</span>
              {item.origins.map((origin) => (
                <ObjectLink key={`${origin.kind} ${origin.object_id}`} object={origin} />
              ))}
            </span>
          )}
          <span class="item-fact">
            <span class="faint">{item.first_shown_in === null ? "shown to no model" : "first shown in"}</span>
            {item.first_shown_in !== null && <RequestLink request={item.first_shown_in} />}
          </span>
          <span class="item-space" />
          <span class="faint item-when">
            <Moment ms={item.first_seen_at_unix_ms} from={start} />
          </span>
          {mayHaveImages && (
            <button type="button" class="plain" aria-pressed={showsImages} onClick={() => unfolded.toggle(`images ${item.item_id}`)}>
              images
            </button>
          )}
          <button type="button" class="plain" aria-pressed={isRaw} title="As the payload has it" onClick={() => unfolded.toggle(`raw ${item.item_id}`)}>
            JSON
          </button>
        </header>
        <ItemText item={item} unfolded={unfolded} />
        {showsImages && <ItemImages item={item.item_id} />}
        {isRaw && <ItemSource item={item} />}
      </div>
    </article>
  );
}

/** A request, which leads to what it is about: the place of requests. */
export function RequestLink({ request }: { request: string }) {
  const address = useAddress();
  const object: ObjectRef = { kind: "inference_call", object_id: request };
  return (
    <a class="object-link" href={hashOf(changed({ place: "request", object }, address))} title={`request ${withVisibleMarks(request)}`}>
      <KindMark kind="inference_call" />
      <span class="unseen">request </span>
      <span class="object-name">
        <VisibleText text={nameIn(address.bundle, object) ?? request} />
      </span>
    </a>
  );
}

const FOLDED_LINES = 16;
const FOLDED_CHARACTERS = 1_600;

function ItemText({ item, unfolded }: { item: Item; unfolded: Unfolded }) {
  const { text } = item;
  const { form, language } = formOf(item);
  const beginning = useMemo(() => beginningOf(text.text, FOLDED_LINES, FOLDED_CHARACTERS), [text.text]);
  const what = `text ${item.item_id}`;
  const unfetched = unfetchedOf(text);
  const isFoldable = beginning.moreCharacters > 0 || unfetched > 0;
  const isOpen = !isFoldable || unfolded.isOpen(what);
  if (text.characters === 0) return item.kind === "compaction_marker" ? null : <p class="faint">says nothing</p>;
  if (isOpen) {
    return (
      <div class="item-text">
        <ExcerptBlock object={{ kind: "conversation_item", object_id: item.item_id }} title="text" excerpt={text} form={form} language={language} label={item.label} />
        {isFoldable && (
          <button type="button" class="link" onClick={() => unfolded.toggle(what)}>
            fold
          </button>
        )}
      </div>
    );
  }
  return (
    <div class="item-text">
      <TextBlock text={beginning.shown} form={form} language={language} label={item.label} isBare />
      <button type="button" class="link" aria-expanded={false} onClick={() => unfolded.toggle(what)}>
        unfold {beginning.moreLines > 0 && unfetched === 0 && `${counted(beginning.moreLines, "more line")}, `}
        {counted(text.characters - codePoints(beginning.shown), "more character")}
      </button>
    </div>
  );
}

/** In which form an item is read best. What is not known is guessed from its text. */
export function formOf(item: Pick<Item, "kind" | "tool" | "content_kinds">): { form?: Form; language?: string } {
  switch (item.kind) {
    case "message":
    case "reasoning":
      return { form: "markdown" };
    case "function_call":
      return { form: "code", language: "json" };
    case "custom_tool_call":
      if (item.content_kinds.includes("code")) return { form: "code", language: "javascript" };
      return item.tool === "apply_patch" ? { form: "code", language: "diff" } : { form: "code" };
    case "function_call_output":
    case "custom_tool_call_output":
      return item.content_kinds.includes("json") ? { form: "code", language: "json" } : {};
    case "compaction_marker":
      return {};
  }
}

/** An item as the payload has it, with where that is. */
function ItemSource({ item }: { item: Item }) {
  const source = useAnswer("item", { item: item.item_id });
  const [showsPayload, setShowsPayload] = useState(false);
  return (
    <div class="item-source">
      <Answered asking={source}>
        {(told) => (
          <>
            {told.fault !== null && (
              <Notice kind="error">
                <VisibleText text={told.fault} />
              </Notice>
            )}
            {told.payload !== null && (
              <p class="item-fact">
                <ObjectLink object={{ kind: "raw_payload", object_id: told.payload.raw_payload_id }} gist={told.payload.kind.type} />
                {told.path !== null && <span class="code">{told.path}</span>}
                <button type="button" class="link" aria-expanded={showsPayload} onClick={() => setShowsPayload(!showsPayload)}>
                  {showsPayload ? "fold the file" : "the whole file"}
                </button>
              </p>
            )}
            {told.text.text !== "" && <ItemJson text={told.text} />}
            {showsPayload && told.payload !== null && <PayloadView payload={told.payload.raw_payload_id} />}
          </>
        )}
      </Answered>
    </div>
  );
}

/** The JSON of an item, as a tree if all of it is here. */
function ItemJson({ text }: { text: Excerpt }) {
  const unfetched = unfetchedOf(text);
  if (unfetched === 0) return <JsonView text={text.text} open={2} label="item" />;
  return <TextBlock text={text.text} form="code" language="json" label="beginning of the item" unfetched={unfetched} />;
}

/** The pictures of an item, which are in the page only when they are asked for. */
export function ItemImages({ item }: { item: string }) {
  const source = useAnswer("item", { item });
  return (
    <Answered asking={source}>
      {({ images }) =>
        images.length === 0 ? (
          <p class="quiet">The payload has no picture of a kind that is shown here.</p>
        ) : (
          <div class="item-images">
            {images.map((image, index) => (
              <img key={index} src={image} alt={`picture ${index + 1} of ${images.length}`} />
            ))}
          </div>
        )
      }
    </Answered>
  );
}

/** By which hue an item is known. */
function lookOf({ kind, role, origins }: Item): string {
  if (kind === "reasoning") return "reasoning";
  if (kind === "compaction_marker") return "compaction";
  if (kind.endsWith("_output")) return "tool";
  if (kind.endsWith("_call")) return "call";
  return origins.some((origin) => origin.kind === "interaction_edge") ? "agent" : role;
}

/** The address at which an item stands in the conversation of its agent. */
export function conversationHref(item: string): string {
  return hrefTo({ place: "conversation", object: { kind: "conversation_item", object_id: item }, options: {} });
}
