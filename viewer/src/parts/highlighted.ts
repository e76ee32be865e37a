// Program text with its words coloured, as HTML in which all of the text is escaped.

import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import diff from "highlight.js/lib/languages/diff";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const LANGUAGES = { bash, diff, javascript, json, python, rust, typescript, xml, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

/** A longer text is not coloured: it would take longer than a reader waits. */
export const MOST_COLOURED = 100_000;

/** The text as HTML; null if the language is not known or the text too long, and it is to be shown as it stands. */
export function highlighted(text: string, language: string | undefined): string | null {
  if (language === undefined || text.length > MOST_COLOURED || hljs.getLanguage(language) === undefined) return null;
  return hljs.highlight(text, { language, ignoreIllegals: true }).value;
}
