// The choice of one agent or all of them, as several places have it. It stands in the address.

import { usePages } from "../asking.ts";
import { useOption } from "../location.ts";
import { useFirstPage } from "./first_page.ts";
import { withVisibleMarks } from "../parts/visible_text.tsx";

/** The agent that was chosen; null for all. */
export function useAgentChoice(): string | null {
  const [thread] = useOption("thread");
  return thread === "" ? null : thread;
}

export function AgentChoice() {
  const [thread, setThread] = useOption("thread");
  const agents = usePages("agents", {});
  const known = useFirstPage(agents);
  if ((agents.total ?? 0) <= 1) return null;
  return (
    <label>
      Agent{" "}
      <select value={thread} onChange={(event) => setThread(event.currentTarget.value)}>
        <option value="">all {agents.total}</option>
        {known.map((agent) => (
          <option key={agent.thread_id} value={agent.thread_id}>
            {"\u00a0".repeat(2 * Math.min(agent.depth, 10))}
            {withVisibleMarks(agent.totals.agent_path || agent.thread_id)}
          </option>
        ))}
        {known.length < (agents.total ?? 0) && <option disabled>… more in the place Agents</option>}
      </select>
    </label>
  );
}
