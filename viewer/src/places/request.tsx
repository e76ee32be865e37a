// A request to a model: what it showed, what of that was new, what had gone, whether the cache could serve it, what came
// back, and the JSON that was sent. Without an object: the list of requests.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { nameIn, useAnswer, useAsker, useLooked, usePages } from "../asking.ts";
import type { PayloadRef, RequestHead, RequestItem, RequestItemsChoice, TokenUsage } from "../interface.ts";
import { useKeys } from "../keyboard.ts";
import { go, hrefTo, useAddress, useOption } from "../location.ts";
import { ExcerptBlock } from "../parts/excerpt_block.tsx";
import { counted, exact } from "../parts/format.ts";
import { Answered, Empty, Notice } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Duration, Moment, Money, NO_COUNT, NoValue, Share } from "../parts/quantities.tsx";
import { TextBlock } from "../parts/text_block.tsx";
import { VisibleText } from "../parts/visible_text.tsx";
import { rolloutQuestion } from "../source.ts";
import { AgentChoice, useAgentChoice } from "./agent_choice.tsx";
import { useStart } from "./columns.tsx";
import { RequestLink } from "./item_entry.tsx";
import { ItemList } from "./item_list.tsx";
import { formOf } from "./object.tsx";
import { PayloadView } from "./payload_view.tsx";
import type { PlaceProps } from "./place.ts";
import { RequestList } from "./request_list.tsx";
import "../style/request.css";

export function RequestPlace({ address }: PlaceProps) {
  const request = address.object?.kind === "inference_call" ? address.object.object_id : null;
  return request === null ? <Requests /> : <Request key={request} request={request} />;
}

function Requests() {
  const total = usePages("requests", { thread: useAgentChoice() }).total;
  return (
    <PlaceLayout title="Requests" form="fill" about={total !== null && exact(total)} tools={<AgentChoice />}>
      <RequestList />
    </PlaceLayout>
  );
}

const TABS = ["all", "new", "vanished", "answer", "instructions", "wire"] as const;
type Tab = (typeof TABS)[number];

function Request({ request }: { request: string }) {
  const [against, setAgainst] = useOption("against");
  const [tab, setTab] = useOption("tab", "all");
  const { bundle } = useAddress();
  const head = useAnswer("request", { request, against: against === "" ? null : against });
  const told = head.answer;
  const chosen = (TABS as ReadonlyArray<string>).includes(tab) ? (tab as Tab) : "all";

  const goTo = (other: string | null | undefined) => {
    if (other == null) return false;
    go({ object: { kind: "inference_call", object_id: other }, options: tab === "all" ? {} : { tab } });
    return true;
  };
  useKeys({ "[": () => goTo(told?.before), "]": () => goTo(told?.after) });
  return (
    <PlaceLayout
      title={<>Request {nameIn(bundle, { kind: "inference_call", object_id: request })?.replace(/^request:/, "") ?? ""}</>}
      form="fill"
      about={
        told !== undefined && (
          <span class="request-about">
            <ObjectLink object={{ kind: "inference_call", object_id: request }} />
            <span>
              number {exact(told.number_in_thread)} of <ObjectLink object={{ kind: "thread", object_id: told.thread_id }} />
            </span>
            <ObjectLink object={{ kind: "codex_turn", object_id: told.codex_turn_id }} />
          </span>
        )
      }
      tools={
        <>
          {told !== undefined && <Against key={against} told={told} isChosen={against !== ""} onChoose={setAgainst} />}
          <button type="button" disabled={told?.before == null} onClick={() => goTo(told?.before)} title="The request before, of the same agent ([)">
            ◂ Previous
          </button>
          <button type="button" disabled={told?.after == null} onClick={() => goTo(told?.after)} title="The request after, of the same agent (])">
            Next ▸
          </button>
        </>
      }
    >
      <Answered asking={head}>
        {(shown) => (
          <div class="request">
            <Head told={shown} isChosen={against !== ""} />
            <div class="tabs" role="tablist" aria-label="What is shown of the request">
              {TABS.map((name) => (
                <button key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={name === chosen} aria-controls="request-shown" tabIndex={name === chosen ? 0 : -1} onClick={() => setTab(name)} onKeyDown={(event) => moveTab(event, name, setTab)}>
                  {tabTitle(name, shown)}
                </button>
              ))}
            </div>
            <div class="request-shown" role="tabpanel" id="request-shown" aria-labelledby={`tab-${chosen}`} key={chosen}>
              <Shown tab={chosen} told={shown} against={against === "" ? null : against} />
            </div>
          </div>
        )}
      </Answered>
    </PlaceLayout>
  );
}

function moveTab(event: KeyboardEvent, from: Tab, setTab: (tab: string) => void): void {
  const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
  if (step === 0) return;
  const next = TABS[(TABS.indexOf(from) + step + TABS.length) % TABS.length] ?? "all";
  event.preventDefault();
  setTab(next);
  document.getElementById(`tab-${next}`)?.focus();
}

function tabTitle(tab: Tab, told: RequestHead): ComponentChildren {
  switch (tab) {
    case "all":
      return <>All {exact(told.items)}</>;
    case "new":
      return <>New {exact(told.new)}</>;
    case "vanished":
      return <>Vanished {exact(told.vanished)}</>;
    case "answer":
      return <>Answer {exact(told.response_item_ids.length)}</>;
    case "instructions":
      return "Instructions";
    case "wire":
      return "Wire JSON";
  }
}

/** What the request is compared with: its name can be typed. */
function Against({ told, isChosen, onChoose }: { told: RequestHead; isChosen: boolean; onChoose: (request: string) => void }) {
  const asker = useAsker();
  const { bundle, at, revision } = useLooked();
  const known = told.against === null ? "" : (nameIn(bundle, { kind: "inference_call", object_id: told.against }) ?? told.against);
  const [words, setWords] = useState(known);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => setWords(known), [known]);
  const choose = () => {
    const wanted = words.trim();
    setError(null);
    if (wanted === "") return onChoose("");
    const asked = /^\d+$/.test(wanted) ? `request:${wanted}` : wanted;
    asker.ask(rolloutQuestion(bundle, at, "named", { words: asked }), revision, new AbortController().signal).then(
      ({ answer }) => (answer.kind === "inference_call" ? onChoose(answer.object_id) : setError(`${asked} is not a request`)),
      (reason: unknown) => setError(reason instanceof Error ? reason.message : String(reason)),
    );
    return undefined;
  };
  return (
    <form
      class="request-against"
      onSubmit={(event) => {
        event.preventDefault();
        choose();
      }}
    >
      <label>
        compared with <input type="text" autocomplete="off" size={11} value={words} placeholder="request:1" spellcheck={false} aria-invalid={error !== null} onInput={(event) => setWords(event.currentTarget.value)} />
      </label>
      <button type="submit">Compare</button>
      {isChosen && (
        <button type="button" class="plain" onClick={() => onChoose("")} title="Compare with the request before it">
          the one before
        </button>
      )}
      {error !== null && (
        <span class="request-lost" role="alert">
          <VisibleText text={error} />
        </span>
      )}
    </form>
  );
}

function Head({ told, isChosen }: { told: RequestHead; isChosen: boolean }) {
  const start = useStart();
  const { execution } = told;
  return (
    <div class="request-head">
      <dl class="facts">
        <dt>Outcome</dt>
        <dd>
          <OutcomeMark outcome={told.outcome} />
        </dd>
        <dt>Model</dt>
        <dd>
          <VisibleText text={told.model} /> <span class="quiet">at</span> <VisibleText text={told.provider_name} />
        </dd>
        <dt>Began</dt>
        <dd>
          <Moment ms={execution.started_at_unix_ms} from={start} />, event <EventLink seq={execution.started_seq} />
        </dd>
        <dt>Took</dt>
        <dd>
          <Duration ms={execution.ended_at_unix_ms === null ? null : execution.ended_at_unix_ms - execution.started_at_unix_ms} />
        </dd>
      </dl>
      <dl class="facts">
        <dt>Input</dt>
        <dd>
          <InputTokens usage={told.usage} against={told.usage_against} />
        </dd>
        <dt>Output</dt>
        <dd>{told.usage === null ? <NoValue why="the count was not recorded" /> : <>{counted(told.usage.output_tokens, "token")}, {exact(told.usage.reasoning_output_tokens)} for reasoning</>}</dd>
        <dt>Cost</dt>
        <dd>
          <Money usd={told.cost_usd} why={told.usage === null ? NO_COUNT : undefined} />
        </dd>
        <dt>Tools</dt>
        <dd>{told.tools === null ? <NoValue /> : <>{counted(told.tools, "tool")} offered</>}</dd>
      </dl>
      <dl class="facts">
        <dt>Shown</dt>
        <dd>
          {counted(told.items, "item")}, {exact(told.new)} new, {exact(told.vanished)} vanished
        </dd>
        <dt>Prefix</dt>
        <dd>
          <Prefix told={told} isChosen={isChosen} />
        </dd>
        {told.changed_settings.length > 0 && (
          <>
            <dt>Changed</dt>
            <dd class="request-lost">
              <VisibleText text={told.changed_settings.join(", ")} />
            </dd>
          </>
        )}
        {told.compactions.length > 0 && (
          <>
            <dt>Between</dt>
            <dd>
              {told.compactions.map((compaction) => (
                <ObjectLink key={compaction} object={{ kind: "compaction", object_id: compaction }} />
              ))}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}

function InputTokens({ usage, against }: { usage: TokenUsage | null; against: TokenUsage | null }) {
  if (usage === null) return <NoValue why="the count was not recorded" />;
  return (
    <>
      {counted(usage.input_tokens, "token")}, <Share part={usage.cached_input_tokens} whole={usage.input_tokens} of="from the cache" /> cached
      {against !== null && <span class="quiet"> ({signed(usage.input_tokens - against.input_tokens)} against the other)</span>}
    </>
  );
}

/** Where the beginning that both share ends, and what that means for the cache. */
function Prefix({ told, isChosen }: { told: RequestHead; isChosen: boolean }) {
  if (told.against === null) return <span class="quiet">the first request of its agent: there is nothing to compare it with</span>;
  const other = (
    <>
      {isChosen ? "" : "the one before, "}
      <RequestLink request={told.against} />
    </>
  );
  if (told.broken_by === null && told.keeps_cache) {
    return (
      <>
        begins with all {exact(told.shared_prefix)} items of {other}: the cache can serve them
      </>
    );
  }
  return (
    <>
      <span class="request-lost">
        {told.shared_prefix === 0 ? "not even the first item is the same" : <>the first {counted(told.shared_prefix, "item is", "items are")} the same</>}
      </span>{" "}
      as in {other}
      {told.broken_by !== null && (
        <>
          ; broken by <ObjectLink object={{ kind: "conversation_item", object_id: told.broken_by }} />
        </>
      )}
      {told.broken_at !== null && (
        <>
          {told.broken_by === null ? "; it ends before " : " in place of "}
          <ObjectLink object={{ kind: "conversation_item", object_id: told.broken_at }} />
        </>
      )}
      {!told.keeps_cache && told.changed_settings.length > 0 && "; other settings: the cache serves nothing of it"}
    </>
  );
}

function Shown({ tab, told, against }: { tab: Tab; told: RequestHead; against: string | null }) {
  switch (tab) {
    case "all":
    case "new":
    case "vanished":
      return <Items key={tab} request={told.inference_call_id} against={against} choice={tab} told={told} />;
    case "answer":
      return (
        <Scrolled>
          <AnswerItems told={told} />
        </Scrolled>
      );
    case "instructions":
      return (
        <Scrolled>
          <Instructions told={told} />
        </Scrolled>
      );
    case "wire":
      return (
        <Scrolled>
          <Wire title="Request" payload={told.request_payload} />
          <Wire title="Answer" payload={told.response_payload} />
        </Scrolled>
      );
  }
}

function Scrolled({ children }: { children: ComponentChildren }) {
  return (
    <div class="place-page" tabIndex={-1}>
      <div class="place-content">{children}</div>
    </div>
  );
}

const NOTHING: Readonly<Record<RequestItemsChoice, string>> = {
  all: "The request showed no items.",
  new: "It showed nothing that the other had not shown.",
  vanished: "It showed all that the other had shown.",
};

function Items({ request, against, choice, told }: { request: string; against: string | null; choice: RequestItemsChoice; told: RequestHead }) {
  const pages = usePages("request/items", { request, against, choice });
  const listed = ({ index, item, is_new, is_vanished }: RequestItem) => ({
    index,
    item,
    mark: is_new && told.against !== null ? ("new" as const) : is_vanished ? ("vanished" as const) : null,
    above: choice === "all" && told.against !== null && told.shared_prefix > 0 && index === told.shared_prefix && (
      <div class="request-prefix-end" role="note">
        Here the beginning ends that is the same in <RequestLink request={told.against} />
      </div>
    ),
  });
  return <ItemList label={`Items: ${choice}`} pages={pages} listed={listed} empty={NOTHING[choice]} remember={`request.${choice}`} />;
}

function AnswerItems({ told }: { told: RequestHead }) {
  return (
    <>
      {told.response_item_ids.length === 0 && <Empty>No answer was recorded.</Empty>}
      {told.response_item_ids.map((item) => (
        <AnswerItem key={item} item={item} />
      ))}
      {told.started_tool_call_ids.length > 0 && (
        <Section title="Tool calls that it led to" about={exact(told.started_tool_call_ids.length)}>
          <ul>
            {told.started_tool_call_ids.map((call) => (
              <li key={call}>
                <StartedCall call={call} />
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function AnswerItem({ item }: { item: string }) {
  const details = useAnswer("object", { kind: "conversation_item", id: item });
  return (
    <Answered asking={details}>
      {(told) => (
        <section class="section">
          <h2>
            <ObjectLink object={told.ref} /> <span class="section-about">{told.what.split(":")[0]}</span>
          </h2>
          {Object.entries(told.texts).map(([title, excerpt]) => (
            <ExcerptBlock key={title} object={told.ref} title={title} excerpt={excerpt} label={title} {...formOf(told, title)} />
          ))}
        </section>
      )}
    </Answered>
  );
}

function StartedCall({ call }: { call: string }) {
  const details = useAnswer("object", { kind: "tool_call", id: call });
  return (
    <>
      <ObjectLink object={{ kind: "tool_call", object_id: call }} gist={details.answer?.what} /> <OutcomeMark outcome={details.answer?.outcome ?? null} />
    </>
  );
}

function Instructions({ told }: { told: RequestHead }) {
  const { instructions, request_payload } = told;
  if (instructions === null) return <Empty>The request has no instructions of its own.</Empty>;
  const rest = instructions.characters - instructions.text.length;
  return (
    <>
      <TextBlock text={instructions.text} form="markdown" label="instructions" unfetched={Math.max(0, rest)} />
      {rest > 0 && request_payload !== null && (
        <p>
          The whole of them is in <a href={hrefTo({ options: { tab: "wire" } })}>the JSON of the request</a>.
        </p>
      )}
    </>
  );
}

function Wire({ title, payload }: { title: string; payload: PayloadRef | null }) {
  return (
    <Section title={title} about={payload !== null && <ObjectLink object={{ kind: "raw_payload", object_id: payload.raw_payload_id }} gist={payload.path} />}>
      {payload === null ? <Notice>The trace has no payload of it.</Notice> : <PayloadView payload={payload.raw_payload_id} open={1} />}
    </Section>
  );
}

function signed(number: number): string {
  return number > 0 ? `+${exact(number)}` : exact(number);
}
