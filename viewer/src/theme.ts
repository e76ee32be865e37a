// Dark or light: the system's choice, or the reader's own. The colours themselves are in style/tokens.css.

import { useEffect, useReducer } from "preact/hooks";
import { keep, kept } from "./storage.ts";

export const THEMES = ["system", "dark", "light"] as const;
export type Theme = (typeof THEMES)[number];

const listeners = new Set<() => void>();
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");
systemIsDark.addEventListener("change", tell);

export function currentTheme(): Theme {
  return THEMES.find((theme) => theme === kept("theme")) ?? "system";
}

/** Show the theme that was chosen the last time. */
export function applyTheme(): void {
  const theme = currentTheme();
  if (theme === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = theme;
  tell();
}

export function chooseTheme(theme: Theme): void {
  keep("theme", theme);
  applyTheme();
}

export function nextTheme(): void {
  chooseTheme(THEMES[(THEMES.indexOf(currentTheme()) + 1) % THEMES.length] ?? "system");
}

/** The theme; the component is shown anew when it, or the system's, changes. */
export function useTheme(): Theme {
  const [, showAgain] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    const again = () => showAgain(undefined as never);
    listeners.add(again);
    return () => {
      listeners.delete(again);
    };
  }, []);
  return currentTheme();
}

/** A colour of style/tokens.css as it is now, for what is drawn on a canvas: `colour("model")`. Ask again on a change of theme. */
export function colour(token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function tell(): void {
  for (const listener of [...listeners]) listener();
}
