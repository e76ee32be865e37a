// Where the time went: the account of the rollout and of each agent, and the chain of work that determined the end.

import { useAnswer, usePages } from "../asking.ts";
import type { ObjectRef, PathStep } from "../interface.ts";
import { go } from "../location.ts";
import { AccountBar } from "../parts/account_bar.tsx";
import { counted } from "../parts/format.ts";
import { Answered } from "../parts/notice.tsx";
import { ObjectLink } from "../parts/object_link.tsx";
import { type Column, PagedTable } from "../parts/paged_table.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Duration, Share } from "../parts/quantities.tsx";
import { AgentTree } from "./agents.tsx";
import { afterColumn, agentColumn, useStart } from "./columns.tsx";

export function TimePlace() {
  const rollout = useAnswer("rollout", {});
  return (
    <PlaceLayout title="Time">
      <Answered asking={rollout}>
        {({ account }) => (
          <>
            <Section title="The rollout" about={<Duration ms={account.total_ms} />}>
              <AccountBar account={account} />
            </Section>
            <Section title="By agent">
              <AgentTree />
            </Section>
            <CriticalPath whole={account.total_ms} />
          </>
        )}
      </Answered>
    </PlaceLayout>
  );
}

function refOf(step: PathStep): ObjectRef | null {
  return step.activity === null ? null : { kind: step.activity.kind, object_id: step.activity.object_id };
}

function CriticalPath({ whole }: { whole: number }) {
  const start = useStart();
  const pages = usePages("critical-path", {});
  const columns: ReadonlyArray<Column<PathStep>> = [
    afterColumn(start, ({ started_at_unix_ms }) => started_at_unix_ms),
    { key: "duration", title: "Duration", width: "92px", align: "end", cell: ({ duration_ms }) => <Duration ms={duration_ms} /> },
    { key: "share", title: "Share", width: "128px", cell: ({ duration_ms }) => <Share part={duration_ms} whole={whole} of="milliseconds of the whole" /> },
    agentColumn(({ thread_id }) => thread_id),
    {
      key: "what",
      title: "What",
      width: "minmax(200px, 3fr)",
      cell: (step) => {
        const ref = refOf(step);
        if (ref !== null) return <ObjectLink object={ref} gist={step.activity?.name} />;
        return <span class="quiet">{step.is_idle ? "idle: no turn is open" : "between: nothing that the trace knows of"}</span>;
      },
    },
  ];
  return (
    <Section title="Critical path" about={pages.total !== null && `${counted(pages.total, "step")}; to be faster, one of them has to be shorter`}>
      <PagedTable
        label="Critical path"
        pages={pages}
        columns={columns}
        isInline
        onOpen={(step) => {
          const ref = refOf(step);
          if (ref !== null) go({ select: ref });
        }}
        empty="No time passed."
      />
    </Section>
  );
}
