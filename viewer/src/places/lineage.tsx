// Where an object comes from and what came of it, as two trees that grow as far as they are unfolded.

import { useState } from "preact/hooks";
import { useAnswer } from "../asking.ts";
import type { LineageStep, ObjectRef } from "../interface.ts";
import { counted } from "../parts/format.ts";
import { Answered } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";

/** So many steps of the first level are unfolded by themselves; of more, none is: each is a question of its own. */
const MOST_UNFOLDED = 8;
const MOST_AT_ONCE = 50;
type Direction = "causes" | "effects";

const TITLES: Readonly<Record<Direction, string>> = { causes: "Where it comes from", effects: "What came of it" };

export function LineageView({ object }: { object: ObjectRef }) {
  const lineage = useAnswer("lineage", { kind: object.kind, id: object.object_id, depth: 1 });
  return (
    <Answered asking={lineage}>
      {(told) => (
        <div class="lineage">
          {(["causes", "effects"] as const).map((direction) => (
            <div key={direction}>
              <h3>{TITLES[direction]}</h3>
              {told[direction].length === 0 ? <p class="faint">nothing that the trace knows of</p> : <Steps steps={told[direction]} direction={direction} isFirst />}
            </div>
          ))}
        </div>
      )}
    </Answered>
  );
}

function Steps({ steps, direction, isFirst = false }: { steps: ReadonlyArray<LineageStep>; direction: Direction; isFirst?: boolean }) {
  const [most, setMost] = useState(MOST_AT_ONCE);
  return (
    <ul class="lineage-steps">
      {steps.slice(0, most).map((step, index) => (
        <Step key={index} step={step} direction={direction} startsOpen={isFirst && steps.length <= MOST_UNFOLDED} />
      ))}
      {steps.length > most && (
        <li>
          <button type="button" class="link" onClick={() => setMost(most + MOST_AT_ONCE)}>
            show more ({counted(steps.length - most, "step")})
          </button>
        </li>
      )}
    </ul>
  );
}

function Step({ step, direction, startsOpen }: { step: LineageStep; direction: Direction; startsOpen: boolean }) {
  const isLeaf = step.more === 0 || step.is_told_elsewhere;
  const [isOpen, setOpen] = useState(startsOpen);
  const first = step.events[0];
  return (
    <li>
      <span class="lineage-step">
        {isLeaf ? (
          <span class="tree-fold" />
        ) : (
          <button type="button" class="tree-fold" aria-expanded={isOpen} aria-label={`${isOpen ? "fold" : "unfold"} ${counted(step.more, "step")}`} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "▾" : "▸"}
          </button>
        )}
        <span class="quiet">{step.relation}</span> <ObjectLink object={step.ref} />
        {first !== undefined && <EventLink seq={first.seq} />}
        {step.is_told_elsewhere && <span class="faint">further steps stand above</span>}
        {!isOpen && !isLeaf && <span class="faint">{counted(step.more, "step")}</span>}
      </span>
      {isOpen && !isLeaf && <FurtherSteps object={step.ref} direction={direction} />}
    </li>
  );
}

function FurtherSteps({ object, direction }: { object: ObjectRef; direction: Direction }) {
  const lineage = useAnswer("lineage", { kind: object.kind, id: object.object_id, depth: 1 });
  return <Answered asking={lineage}>{(told) => <Steps steps={told[direction]} direction={direction} />}</Answered>;
}
