// An object by its name, wherever it is mentioned: its kind's mark, its short name, and what it is. A click selects it.

import type { ComponentChildren } from "preact";
import type { ObjectRef } from "../interface.ts";
import { hashOf, isSameObject } from "../address.ts";
import { nameIn } from "../asking.ts";
import { changed, useAddress } from "../location.ts";
import { KINDS, KindMark } from "./kinds.tsx";
import { VisibleText, withVisibleMarks } from "./visible_text.tsx";

export interface ObjectLinkProps {
  readonly object: ObjectRef;
  /** Its short name; without it, what an answer has told, else the end of its id. */
  readonly name?: string | undefined;
  /** What it is, in a line, behind the name. */
  readonly gist?: string | undefined;
  /** `select` (as it is without) shows it in the side panel; `open` makes it a place of its own. */
  readonly leads?: "select" | "open";
  /** The bundle that has it, if it is not the one that is looked at. */
  readonly bundle?: string;
  readonly children?: ComponentChildren;
}

export function ObjectLink({ object, name, gist, leads = "select", bundle, children }: ObjectLinkProps) {
  const address = useAddress();
  const known = name ?? nameIn(bundle ?? address.bundle, object) ?? shortened(object.object_id);
  const elsewhere = bundle !== undefined && bundle !== address.bundle ? { bundle, place: "overview" } : {};
  const target = leads === "open" ? { ...elsewhere, place: "object", object, select: null } : { ...elsewhere, select: object };
  const { word } = KINDS[object.kind];
  return (
    <a
      class="object-link"
      href={hashOf(changed(target, address))}
      title={`${word} ${withVisibleMarks(object.object_id)}`}
      aria-current={isSameObject(address.select, object) ? "true" : undefined}
    >
      <KindMark kind={object.kind} />
      <span class="unseen">{word} </span>
      <span class="object-name">
        <VisibleText text={known} />
      </span>
      {gist !== undefined && gist !== "" && (
        <span class="object-gist">
          <VisibleText text={gist} />
        </span>
      )}
      {children}
    </a>
  );
}

/** An event of the log by its `seq`: a click shows everything as it was then. */
export function EventLink({ seq }: { seq: number }) {
  const address = useAddress();
  return (
    <a
      class="event-link"
      href={hashOf(changed({ at: seq }, address))}
      title={`show everything as of event ${seq}`}
      aria-current={address.at === seq ? "true" : undefined}
    >
      #{seq}
    </a>
  );
}

const LONGEST_ID = 22;

function shortened(id: string): string {
  return id.length <= LONGEST_ID ? id : `…${id.slice(-LONGEST_ID)}`;
}
