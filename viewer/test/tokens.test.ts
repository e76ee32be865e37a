import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const TOKENS = readFileSync("src/style/tokens.css", "utf8");
const THEMES = ["light", "dark"] as const;

const colours = new Map(
  [...TOKENS.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

function colour(name: string, theme: (typeof THEMES)[number]): string {
  const found = colours.get(name)?.[theme];
  assert.ok(found, `no colour ${name}`);
  return found;
}

/** The contrast of two colours, as WCAG 2.2 counts it. */
function contrast(one: string, other: string): number {
  const luminance = (hex: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (light + 0.05) / (dark + 0.05);
}

const TEXTS = ["text", "text-quiet", "text-faint", "accent"];
const HUES = ["model", "tool", "cell", "terminal", "agent", "compaction", "user", "item", "evidence", "completed", "failed", "unfinished", "running"];
const CODE = [...colours.keys()].filter((name) => /^(code|ansi)-/.test(name ?? "")).map(String);

const PAIRS = [
  ...[...TEXTS, ...HUES].flatMap((text) => ["ground", "surface", "raised", "hover", "selected"].map((ground) => [text, ground] as const)),
  ...CODE.flatMap((text) => ["ground", "surface"].map((ground) => [text, ground] as const)),
  ...["failed", "unfinished", "running"].flatMap((outcome) => [outcome, "text"].map((text) => [text, `${outcome}-ground`] as const)),
  ...["added", "removed"].flatMap((side) => [side, "text"].map((text) => [text, `${side}-ground`] as const)),
  ["text", "added-word"],
  ["text", "removed-word"],
  ["text", "mark"],
  ["on-accent", "accent"],
] as const;

for (const theme of THEMES) {
  test(`text can be read on all grounds it stands on (WCAG AA), ${theme}`, () => {
    const poor = PAIRS.map(([text, ground]) => ({ text, ground, contrast: contrast(colour(text, theme), colour(ground, theme)) }))
      .filter((pair) => pair.contrast < 4.5)
      .map((pair) => `${pair.text} on ${pair.ground}: ${pair.contrast.toFixed(2)}`);
    assert.deepEqual(poor, []);
  });

  test(`the focus ring is seen (WCAG 1.4.11), ${theme}`, () => {
    for (const ground of ["ground", "surface", "selected"]) assert.ok(contrast(colour("focus", theme), colour(ground, theme)) >= 3);
  });
}
