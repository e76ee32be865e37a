// Any object: what it is, how it stands, what it is tied to, what it says. In the side panel, and as a place of its own.

import { useAnswer } from "../asking.ts";
import type { ObjectDetails, ObjectRef } from "../interface.ts";
import { exact } from "../parts/format.ts";
import { Answered, Empty } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";
import { OutcomeMark } from "../parts/outcome_mark.tsx";
import { PlaceLayout, Section } from "../parts/place_layout.tsx";
import { Duration, Moment } from "../parts/quantities.tsx";
import { ExcerptBlock } from "../parts/excerpt_block.tsx";
import { VisibleText } from "../parts/visible_text.tsx";
import type { PlaceProps } from "./place.ts";

export function ObjectPlace({ address }: PlaceProps) {
  if (address.object === null) return <Empty>No object is named.</Empty>;
  return (
    <PlaceLayout title={<ObjectLink object={address.object} leads="open" />}>
      <ObjectDetailsOf object={address.object} />
    </PlaceLayout>
  );
}

/** What is known of an object. */
export function ObjectDetailsOf({ object }: { object: ObjectRef }) {
  const details = useAnswer("object", { kind: object.kind, id: object.object_id });
  return <Answered asking={details}>{(told) => <Details details={told} />}</Answered>;
}

function Details({ details }: { details: ObjectDetails }) {
  const { execution } = details;
  return (
    <>
      <h2>
        <ObjectLink object={details.ref} name={details.name} />
      </h2>
      <p>
        <VisibleText text={details.what} />
      </p>
      <dl class="facts">
        {details.outcome !== null && (
          <>
            <dt>Outcome</dt>
            <dd>
              <OutcomeMark outcome={details.outcome} />
            </dd>
          </>
        )}
        {execution !== null && (
          <>
            <dt>Began</dt>
            <dd>
              <Moment ms={execution.started_at_unix_ms} form="milliseconds" />, event <EventLink seq={execution.started_seq} />
            </dd>
            <dt>Took</dt>
            <dd>
              <Duration ms={execution.ended_at_unix_ms === null ? null : execution.ended_at_unix_ms - execution.started_at_unix_ms} />
              {execution.ended_seq !== null && (
                <>
                  , to event <EventLink seq={execution.ended_seq} />
                </>
              )}
            </dd>
          </>
        )}
        {Object.entries(details.figures).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>
              <VisibleText text={typeof value === "number" ? exact(value) : String(value)} />
            </dd>
          </>
        ))}
      </dl>
      {details.links.length > 0 && (
        <Section title="Names" about={exact(details.links_in_all)}>
          <ul>
            {details.links.map((link) => (
              <li key={`${link.field} ${link.ref.object_id}`}>
                <span class="quiet">{link.field}</span> <ObjectLink object={link.ref} />
              </li>
            ))}
          </ul>
        </Section>
      )}
      {Object.entries(details.texts).map(([title, excerpt]) => (
        <Section key={title} title={title}>
          <ExcerptBlock excerpt={excerpt} object={details.ref} title={title} label={title} />
        </Section>
      ))}
    </>
  );
}
