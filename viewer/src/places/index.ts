// The places of the page, in the order of the navigation. A place is plugged in here, by one line, and nowhere else.

import type { Place } from "./place.ts";
import { AgentsPlace } from "./agents.tsx";
import { BundlesPlace } from "./bundles.tsx";
import { CellsPlace } from "./cells.tsx";
import { CheckPlace } from "./check.tsx";
import { CompactionsPlace } from "./compactions.tsx";
import { ComparePlace } from "./compare.tsx";
import { ConversationPlace } from "./conversation.tsx";
import { EventsPlace } from "./events.tsx";
import { FailuresPlace } from "./failures.tsx";
import { FleetPlace } from "./fleet.tsx";
import { ObjectPlace } from "./object.tsx";
import { OverviewPlace } from "./overview.tsx";
import { RequestPlace } from "./request.tsx";
import { SearchPlace } from "./search.tsx";
import { TerminalsPlace } from "./terminals.tsx";
import { TimePlace } from "./time.tsx";
import { TimelinePlace } from "./timeline/Timeline.tsx";
import { ToolsPlace } from "./tools.tsx";
import { UsagePlace } from "./usage.tsx";

export const PLACES: ReadonlyArray<Place> = [
  { name: "bundles", key: "b", title: "Bundles", of: "bundles", component: BundlesPlace },
  { name: "fleet", key: "v", title: "Fleet", of: "bundles", component: FleetPlace },
  { name: "compare", key: "d", title: "Compare", of: "bundles", component: ComparePlace },
  { name: "overview", key: "o", title: "Overview", of: "rollout", component: OverviewPlace },
  { name: "timeline", key: "t", title: "Timeline", of: "rollout", component: TimelinePlace },
  { name: "conversation", key: "c", title: "Conversation", of: "rollout", component: ConversationPlace },
  { name: "request", key: "r", title: "Requests", of: "rollout", component: RequestPlace },
  { name: "agents", key: "a", title: "Agents", of: "rollout", component: AgentsPlace },
  { name: "tools", key: "w", title: "Tools", of: "rollout", component: ToolsPlace },
  { name: "cells", key: "p", title: "Code cells", of: "rollout", component: CellsPlace },
  { name: "terminals", key: "m", title: "Terminals", of: "rollout", component: TerminalsPlace },
  { name: "failures", key: "f", title: "Failures", of: "rollout", component: FailuresPlace },
  { name: "usage", key: "u", title: "Usage", of: "rollout", component: UsagePlace },
  { name: "time", key: "i", title: "Time", of: "rollout", component: TimePlace },
  { name: "compactions", key: "n", title: "Compactions", of: "rollout", component: CompactionsPlace },
  { name: "events", key: "e", title: "Events", of: "rollout", component: EventsPlace },
  { name: "search", key: "s", title: "Search", of: "rollout", component: SearchPlace },
  { name: "check", key: "k", title: "Check", of: "rollout", component: CheckPlace },
  { name: "object", key: null, title: "Object", of: "rollout", component: ObjectPlace },
];

/** What the side panel shows of the object that is selected. */
export { ObjectDetailsOf as SelectedObject } from "./object.tsx";
