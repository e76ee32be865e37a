// The panel at the right: the object that is selected, whatever place shows it.

import { useEffect, useRef, useState } from "preact/hooks";
import { hashOf } from "../address.ts";
import { changed, goInstead, useAddress } from "../location.ts";
import { SelectedObject } from "../places/index.ts";
import { keep, kept } from "../storage.ts";

const LEAST = 280;
const MOST = 1_200;
const USUAL = 420;
const STEP = 20;

export function SidePanel() {
  const address = useAddress();
  const [width, setWidth] = useState(() => bounded(Number(kept("panel-width") ?? USUAL)));
  const panel = useRef<HTMLElement>(null);
  useEffect(() => keep("panel-width", String(width)), [width]);
  const { select } = address;
  if (select === null) return null;

  const drag = (down: PointerEvent) => {
    const handle = down.currentTarget as HTMLElement;
    handle.setPointerCapture(down.pointerId);
    const start = width + down.clientX;
    const move = (event: PointerEvent) => setWidth(bounded(start - event.clientX));
    const end = () => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", end);
      handle.removeEventListener("pointercancel", end);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", end);
    handle.addEventListener("pointercancel", end);
  };
  return (
    <aside ref={panel} class="frame-panel" aria-label="Selected object" style={{ width: `${width}px` }}>
      <div
        class="frame-panel-edge"
        role="separator"
        aria-orientation="vertical"
        aria-label="Width of the panel"
        aria-valuenow={width}
        aria-valuemin={LEAST}
        aria-valuemax={MOST}
        tabIndex={0}
        onPointerDown={drag}
        onKeyDown={(event) => {
          if (event.key === "ArrowLeft") setWidth(bounded(width + STEP));
          else if (event.key === "ArrowRight") setWidth(bounded(width - STEP));
          else return;
          event.preventDefault();
        }}
      />
      <div class="frame-panel-tools">
        <a class="button" href={hashOf(changed({ place: "object", object: select, select: null }, address))} title="Open as a place of its own (o)">
          Open
        </a>
        <div class="frame-space" />
        <button type="button" class="plain" onClick={() => goInstead({ select: null })} title="Close (Escape)" aria-label="Close the panel">
          ✕
        </button>
      </div>
      <div class="frame-panel-content" key={`${select.kind}/${select.object_id}`}>
        <SelectedObject object={select} />
      </div>
    </aside>
  );
}

function bounded(width: number): number {
  return Number.isFinite(width) ? Math.max(LEAST, Math.min(MOST, width)) : USUAL;
}
