// The choice of one agent or all of them, as several places have it. It stands in the address.

import { nameIn, useAnswer, usePages } from "../asking.ts";
import { useAddress, useOption } from "../location.ts";
import { counted, exact } from "../parts/format.ts";
import { useFirstPage } from "./first_page.tsx";
import { withVisibleMarks } from "../parts/visible_text.tsx";

/** The agent that was chosen; null for all. */
export function useAgentChoice(): string | null {
  const [thread] = useOption("thread");
  return thread === "" ? null : thread;
}

/** What chooses no agent, but fetches more of them to choose from. */
const MORE = "more";

export function AgentChoice() {
  const [thread, setThread] = useOption("thread");
  const { bundle } = useAddress();
  const agents = usePages("agents", {});
  const known = useFirstPage(agents);
  const missing = (agents.total ?? 0) - known.length;
  const isListed = thread === "" || known.some(({ thread_id }) => thread_id === thread);
  useAnswer("object", isListed || agents.total === null ? null : { kind: "thread", id: thread }); // it tells the name
  if ((agents.total ?? 0) <= 1) return null;
  const choose = (select: HTMLSelectElement) => {
    if (select.value !== MORE) return setThread(select.value);
    select.value = thread;
    return agents.need(known.length, known.length);
  };
  return (
    <label>
      Agent{" "}
      <select value={thread} onChange={(event) => choose(event.currentTarget)}>
        <option value="">all {exact(agents.total ?? 0)}</option>
        {!isListed && <option value={thread}>{withVisibleMarks(nameIn(bundle, { kind: "thread", object_id: thread }) ?? thread)}</option>}
        {known.map((agent) => (
          <option key={agent.thread_id} value={agent.thread_id}>
            {"\u00a0".repeat(2 * Math.min(agent.depth, 10))}
            {withVisibleMarks(agent.totals.agent_path || agent.thread_id)}
          </option>
        ))}
        {missing > 0 && <option value={MORE}>… fetch more of {counted(missing, "further agent")}</option>}
      </select>
    </label>
  );
}
