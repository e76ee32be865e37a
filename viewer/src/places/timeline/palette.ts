// The colours of the canvas, from style/tokens.css. Made anew when the theme changes.

import { colour } from "../../theme.ts";
import { GROUPS, type Group } from "./lanes.ts";
import { FAILED, LOOKS, UNFINISHED } from "./spans.ts";

/** By `group * LOOKS.length + look`. */
type ByWork = ReadonlyArray<string>;

export interface Palette {
  readonly ground: string;
  readonly surface: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly textQuiet: string;
  readonly accent: string;
  readonly focus: string;
  readonly arrow: string;
  readonly failed: string;
  readonly unfinished: string;
  readonly running: string;
  readonly window: string;
  readonly model: string;
  readonly tool: string;
  /** The ground of a piece of work that is wide enough for words. */
  readonly fill: ByWork;
  /** Its edge, and work that is thinner than two pixels. */
  readonly edge: ByWork;
  readonly font: string;
  readonly smallFont: string;
}

const HUES: Readonly<Record<Group, string>> = {
  agent: "agent",
  turns: "user",
  requests: "model",
  cells: "cell",
  tools: "tool",
  terminals: "terminal",
  compactions: "compaction",
};

export function paletteNow(): Palette {
  const ground = colour("ground");
  const fill: string[] = [];
  const edge: string[] = [];
  for (const group of GROUPS) {
    const hue = colour(HUES[group]);
    for (let look = 0; look < LOOKS.length; look++) {
      const shown = look === FAILED ? colour("failed") : look === UNFINISHED ? colour("unfinished") : hue;
      fill.push(mixed(shown, ground, group === "turns" ? 0.16 : 0.3));
      edge.push(look >= UNFINISHED ? shown : mixed(hue, ground, 0.85));
    }
  }
  const family = getComputedStyle(document.body).fontFamily;
  return {
    ground,
    surface: colour("surface"),
    line: colour("line"),
    lineStrong: colour("line-strong"),
    text: colour("text"),
    textQuiet: colour("text-quiet"),
    accent: colour("accent"),
    focus: colour("focus"),
    arrow: colour("agent"),
    failed: colour("failed"),
    unfinished: colour("unfinished"),
    running: colour("running"),
    window: mixed(colour("accent"), ground, 0.16),
    model: mixed(colour("model"), ground, 0.7),
    tool: mixed(colour("tool"), ground, 0.7),
    fill,
    edge,
    font: `11px ${family}`,
    smallFont: `10px ${family}`,
  };
}

/** So much of one colour on another, both as computed styles write them. */
function mixed(front: string, back: string, share: number): string {
  const [fronts, backs] = [channels(front), channels(back)];
  return `rgb(${fronts.map((channel, index) => Math.round(channel * share + (backs[index] ?? 0) * (1 - share))).join(" ")})`;
}

function channels(color: string): number[] {
  return (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
}
