// The conversation of an agent, in order: who said what, where it came from, which request showed it first; and what
// exactly one request showed. `…/conversation/thread/<id>` is that of an agent, `…/conversation/conversation_item/<id>`
// is where an item stands, `?request=<id>` what the model saw at a request.

import { useAnswer, usePages } from "../asking.ts";
import { useRollout } from "../frame/rollout_context.tsx";
import type { ConversationEntry, RequestItem } from "../interface.ts";
import { go, hrefTo, useOption } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { Answered, Failed, Loading, Notice } from "../parts/notice.tsx";
import { ObjectLink } from "../parts/object_link.tsx";
import { PlaceLayout } from "../parts/place_layout.tsx";
import { useFirstPage } from "./first_page.tsx";
import { RequestLink } from "./item_entry.tsx";
import { ItemList } from "./item_list.tsx";
import type { PlaceProps } from "./place.ts";
import { withVisibleMarks } from "../parts/visible_text.tsx";
import "../style/conversation.css";

export function ConversationPlace({ address }: PlaceProps) {
  const [request] = useOption("request");
  const wanted = address.object;
  const jump = wanted === null || wanted.kind === "thread" || request !== "" ? null : wanted;
  const place = useAnswer("place", jump === null ? null : { kind: jump.kind, id: jump.object_id });
  const { head } = useRollout();
  if (request !== "") return <AtRequest request={request} />;
  const root = head.answer?.summary.root_thread_id;
  const thread = wanted?.kind === "thread" ? wanted.object_id : jump === null ? root : place.error === undefined ? place.answer?.thread_id : root;
  const isNowhere = jump !== null && place.answer !== undefined && place.answer.conversation_index === null;
  return (
    <PlaceLayout title="Conversation" form="fill" about={thread != null && <About thread={thread} />} tools={<AgentOfConversation thread={thread ?? root ?? ""} />}>
      <div class="conversation">
        {place.error !== undefined && <Failed sentence={place.error} retry={place.retry} />}
        {isNowhere && (
          <Notice>
            <ObjectLink object={place.answer.ref} /> does not stand in this conversation.
          </Notice>
        )}
        {thread == null ? !isNowhere && <Loading progress={place.progress} /> : <Items key={thread} thread={thread} target={jump === null ? undefined : (place.answer?.conversation_index ?? null)} />}
      </div>
    </PlaceLayout>
  );
}

function About({ thread }: { thread: string }) {
  const pages = usePages("conversation", { thread });
  return (
    <>
      <ObjectLink object={{ kind: "thread", object_id: thread }} /> {pages.total !== null && counted(pages.total, "item")}
    </>
  );
}

function AgentOfConversation({ thread }: { thread: string }) {
  const agents = usePages("agents", {});
  const known = useFirstPage(agents);
  if ((agents.total ?? 0) <= 1) return null;
  return (
    <label>
      Agent{" "}
      <select value={thread} onChange={(event) => go({ object: { kind: "thread", object_id: event.currentTarget.value }, options: {} })}>
        {known.map((agent) => (
          <option key={agent.thread_id} value={agent.thread_id}>
            {"\u00a0".repeat(2 * Math.min(agent.depth, 10))}
            {withVisibleMarks(agent.totals.agent_path || agent.thread_id)}
          </option>
        ))}
        {!known.some((agent) => agent.thread_id === thread) && <option value={thread}>{thread}</option>}
        {known.length < (agents.total ?? 0) && <option disabled>… {exact((agents.total ?? 0) - known.length)} more in the place Agents</option>}
      </select>
    </label>
  );
}

function Items({ thread, target }: { thread: string; target: number | null | undefined }) {
  const pages = usePages("conversation", { thread });
  return (
    <ItemList
      label="Conversation"
      pages={pages}
      listed={(entry) => ({ index: entry.index, item: entry.item, above: <Boundary entry={entry} /> })}
      empty="Nothing was said yet."
      remember="conversation"
      target={target}
      canFollow
    />
  );
}

/** What begins with an item: a turn of the agent, or a history that took the place of the one before. */
function Boundary({ entry }: { entry: ConversationEntry }) {
  if (entry.begins_turn === null && entry.compaction === null) return null;
  return (
    <>
      {entry.begins_turn !== null && (
        <div class="conversation-boundary" role="note">
          <ObjectLink object={{ kind: "codex_turn", object_id: entry.begins_turn }} /> <span class="quiet">begins</span>
        </div>
      )}
      {entry.compaction !== null && (
        <div class="conversation-boundary conversation-compaction" role="note">
          <ObjectLink object={{ kind: "compaction", object_id: entry.compaction }} /> <span>replaces the history: the model is shown none of what stands above, but for what is repeated below.</span>{" "}
          <a href={hrefTo({ place: "compactions", object: null, options: {} })}>What it dropped and kept</a>
        </div>
      )}
    </>
  );
}

/** Exactly what the model saw at a request. */
function AtRequest({ request }: { request: string }) {
  const head = useAnswer("request", { request });
  const pages = usePages("request/items", { request, choice: "all" });
  return (
    <PlaceLayout
      title="Conversation"
      form="fill"
      about={
        <>
          as the model saw it at <RequestLink request={request} />
        </>
      }
      tools={
        <>
          <a class="button" href={hrefTo({ place: "request", object: { kind: "inference_call", object_id: request } })}>
            Inspect the request
          </a>
          {head.answer !== undefined && (
            <a class="button" href={hrefTo({ object: { kind: "thread", object_id: head.answer.thread_id }, options: {} })}>
              All of the conversation
            </a>
          )}
        </>
      }
    >
      <div class="conversation">
        <Answered asking={head}>
          {(told) => (
            <p class="conversation-window">
              {counted(told.items, "item")}: {exact(told.items - told.new)} that were known{" "}
              {told.against !== null && (
                <>
                  from <RequestLink request={told.against} />
                </>
              )}
              , {exact(told.new)} new{told.vanished > 0 && <>, and {exact(told.vanished)} of before no longer there</>}
            </p>
          )}
        </Answered>
        <div class="conversation-rest">
          <ItemList label="What the model saw" pages={pages} listed={markedNew} empty="The request had no items." remember="request-window" />
        </div>
      </div>
    </PlaceLayout>
  );
}

function markedNew({ index, item, is_new }: RequestItem) {
  return { index, item, mark: is_new ? ("new" as const) : null };
}
