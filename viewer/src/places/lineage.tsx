// Where an object comes from and what came of it, as two trees that grow as far as they are unfolded.

import { useState } from "preact/hooks";
import { useAnswer } from "../asking.ts";
import type { LineageStep, ObjectRef } from "../interface.ts";
import { counted } from "../parts/format.ts";
import { Answered } from "../parts/notice.tsx";
import { EventLink, ObjectLink } from "../parts/object_link.tsx";

/** How many levels stand there before anything is unfolded. */
const FIRST_DEPTH = 2;
const MOST_AT_ONCE = 50;
type Direction = "causes" | "effects";

const TITLES: Readonly<Record<Direction, string>> = { causes: "Where it comes from", effects: "What came of it" };
const NOTHING: Readonly<Record<Direction, string>> = { causes: "nothing that the trace knows of", effects: "nothing that the trace knows of" };

export function LineageView({ object }: { object: ObjectRef }) {
  const lineage = useAnswer("lineage", { kind: object.kind, id: object.object_id, depth: FIRST_DEPTH });
  return (
    <Answered asking={lineage}>
      {(told) => (
        <div class="lineage">
          {(["causes", "effects"] as const).map((direction) => (
            <div key={direction}>
              <h3>{TITLES[direction]}</h3>
              {told[direction].length === 0 ? <p class="faint">{NOTHING[direction]}</p> : <Steps steps={told[direction]} direction={direction} />}
            </div>
          ))}
        </div>
      )}
    </Answered>
  );
}

function Steps({ steps, direction }: { steps: ReadonlyArray<LineageStep>; direction: Direction }) {
  const [most, setMost] = useState(MOST_AT_ONCE);
  return (
    <ul class="lineage-steps">
      {steps.slice(0, most).map((step, index) => (
        <Step key={index} step={step} direction={direction} />
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

function Step({ step, direction }: { step: LineageStep; direction: Direction }) {
  const isLeaf = step.steps.length === 0 && step.more === 0;
  const [isOpen, setOpen] = useState(step.steps.length > 0);
  const count = step.steps.length + step.more;
  const first = step.events[0];
  return (
    <li>
      <span class="lineage-step">
        {isLeaf || step.is_told_elsewhere ? (
          <span class="tree-fold" />
        ) : (
          <button type="button" class="tree-fold" aria-expanded={isOpen} aria-label={`${isOpen ? "fold" : "unfold"} ${counted(count, "step")}`} onClick={() => setOpen(!isOpen)}>
            {isOpen ? "▾" : "▸"}
          </button>
        )}
        <span class="quiet">{step.relation}</span> <ObjectLink object={step.ref} />
        {first !== undefined && <EventLink seq={first.seq} />}
        {step.is_told_elsewhere && <span class="faint">further steps stand above</span>}
        {!isOpen && !isLeaf && !step.is_told_elsewhere && <span class="faint">{counted(count, "step")}</span>}
      </span>
      {isOpen && step.steps.length > 0 && <Steps steps={step.steps} direction={direction} />}
      {isOpen && step.more > 0 && <FurtherSteps step={step} direction={direction} />}
    </li>
  );
}

/** The steps of an object that the lineage before it left out. */
function FurtherSteps({ step, direction }: { step: LineageStep; direction: Direction }) {
  const lineage = useAnswer("lineage", { kind: step.ref.kind, id: step.ref.object_id, depth: 1 });
  const known = new Set(step.steps.map(({ ref }) => `${ref.kind} ${ref.object_id}`));
  return (
    <Answered asking={lineage}>
      {(told) => <Steps steps={told[direction].filter(({ ref }) => !known.has(`${ref.kind} ${ref.object_id}`))} direction={direction} />}
    </Answered>
  );
}
