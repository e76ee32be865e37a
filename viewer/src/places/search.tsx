// Words, or a pattern, in all text of the rollout: what has them, the line in which they stand, and a jump to it.

import { useEffect, useRef, useState } from "preact/hooks";
import { isSameObject } from "../address.ts";
import { useAsker, useBeginning, usePages } from "../asking.ts";
import type { SearchHit } from "../interface.ts";
import { useKeys } from "../keyboard.ts";
import { go, hrefTo, useAddress, useOption } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { Empty, Failed, Loading } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { VirtualList } from "../parts/virtual_list.tsx";
import { VisibleText } from "../parts/visible_text.tsx";
import "../style/search.css";

export function SearchPlace() {
  const [text, setText] = useOption("text");
  const [pattern, setPattern] = useOption("pattern");
  const [matchCase, setMatchCase] = useOption("case");
  const [words, setWords] = useState(text);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setWords(text), [text]);
  useEffect(() => {
    if (text === "") input.current?.focus();
  }, []);
  useKeys({
    Escape: () => {
      if (document.activeElement !== input.current) return false;
      input.current?.blur();
      return true;
    },
  });
  return (
    <PlaceLayout
      title="Search"
      form="fill"
      tools={
        <form
          class="search-form"
          onSubmit={(event) => {
            event.preventDefault();
            input.current?.blur(); // the next keys are for the hits
            setText(words);
          }}
        >
          <input ref={input} type="search" autocomplete="off" aria-label="Words, or a pattern" value={words} spellcheck={false} size={36} onInput={(event) => setWords(event.currentTarget.value)} />
          <button type="submit">Search</button>
          <label>
            <input type="checkbox" checked={pattern === "true"} onChange={(event) => setPattern(event.currentTarget.checked ? "true" : "")} /> pattern
          </label>
          <label>
            <input type="checkbox" checked={matchCase === "true"} onChange={(event) => setMatchCase(event.currentTarget.checked ? "true" : "")} /> match case
          </label>
        </form>
      }
    >
      {text === "" ? (
        <Empty>
          Type what to look for: it is looked for in all items, payloads, outputs and events of this rollout, on the page or not. Enter begins. Escape leaves the field, so that keys lead to places again.
        </Empty>
      ) : (
        <Hits text={text} isPattern={pattern === "true"} matchCase={matchCase === "true"} />
      )}
    </PlaceLayout>
  );
}

function Hits({ text, isPattern, matchCase }: { text: string; isPattern: boolean; matchCase: boolean }) {
  const pages = usePages("search", { text, is_pattern: isPattern, match_case: matchCase });
  const { select } = useAddress();
  const notSearched = useNotSearched();
  useBeginning(pages);
  if (pages.total === null) return pages.error === undefined ? <Loading progress={pages.progress} /> : <Failed sentence={pages.error} retry={pages.retry} />;
  const besides = notSearched === null ? "" : ` ${notSearched}`;
  if (pages.total === 0) return <Empty>“{text}” stands nowhere in this rollout{matchCase ? ", in this case of letters" : ""}.{besides}</Empty>;
  return (
    <div class="search">
      {pages.error !== undefined && <Failed sentence={pages.error} retry={pages.retry} />}
      <p class="search-count quiet" role="status">
        found in {counted(pages.total, "line")}
        {besides !== "" && `.${besides}`}
      </p>
      <VirtualList
        key={pages.key}
        label="Hits"
        count={pages.total}
        estimate={48}
        remember="search"
        onView={pages.need}
        onOpen={(index) => {
          const hit = pages.at(index);
          if (hit !== undefined) jumpTo(hit);
        }}
      >
        {(index) => {
          const hit = pages.at(index);
          if (hit === undefined) {
            return (
              <div class="search-hit">
                <span class="table-waiting" />
              </div>
            );
          }
          const before = index === 0 ? undefined : pages.at(index - 1);
          const isFirst = before === undefined || !isSameObject(before.holder, hit.holder);
          return <Hit hit={hit} index={index} isFirst={isFirst} isSelected={isSameObject(select, hit.holder)} />;
        }}
      </VirtualList>
    </div>
  );
}

/** Where this page cannot look, in a sentence. */
function useNotSearched(): string | null {
  const { source } = useAsker();
  const [sentence, setSentence] = useState<string | null>(null);
  useEffect(() => {
    void source.notSearched?.().then(setSentence);
  }, [source]);
  return sentence;
}

function Hit({ hit, index, isFirst, isSelected }: { hit: SearchHit; index: number; isFirst: boolean; isSelected: boolean }) {
  return (
    <div class="search-hit" data-first={isFirst ? "" : undefined} data-selected={isSelected ? "" : undefined}>
      {isFirst && (
        <div class="search-holder">
          <ObjectLink object={hit.holder} />
          <span class="one-line quiet search-what">
            <VisibleText text={hit.what} />
          </span>
          {hit.thread_id !== null && <ObjectLink object={{ kind: "thread", object_id: hit.thread_id }} />}
        </div>
      )}
      <div class="search-line">
        <span class="search-text code">
          <VisibleText text={hit.before} />
          <mark>
            <VisibleText text={hit.match} />
          </mark>
          <VisibleText text={hit.after} />
        </span>
        <span class="search-where">
          {hit.position !== null && <EventLink seq={hit.position.seq} />}
          {hit.payload !== null && <ObjectLink object={{ kind: "raw_payload", object_id: hit.payload }} />}
          <a href={hrefTo(targetOf(hit))} aria-label={`Jump to hit ${exact(index + 1)}`}>
            jump
          </a>
        </span>
      </div>
    </div>
  );
}

type Target = Parameters<typeof go>[0];

/** Where a hit is seen in its surroundings: an item in its conversation, an event in the log, all else by itself. */
function targetOf({ holder, position }: SearchHit): Target {
  if (holder.kind === "conversation_item") return { place: "conversation", object: holder, select: holder, options: {} };
  if (position?.line != null) return { place: "events", object: null, select: holder, options: { line: String(position.line) } };
  return { place: "object", object: holder, select: null, options: {} };
}

function jumpTo(hit: SearchHit): void {
  go(targetOf(hit));
}
