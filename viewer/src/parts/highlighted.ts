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
import { exact } from "./format.ts";

const LANGUAGES = { bash, diff, javascript, json, python, rust, typescript, xml, yaml };
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);

// To colour takes a time that can grow with the square of the text, and in most languages does with that of a word. Within
// these limits the worst of some forty kinds of nonsense took a second (20,000 times `r#"` as Rust), beyond them half a
// minute, in which the page does nothing else.
const MOST_CHARACTERS = 20_000;
const LONGEST_WORD = 1_000;
const LONG_WORD = new RegExp(`\\w{${LONGEST_WORD + 1}}`);

/** Why a text is not coloured, whatever its language; null if it may be. */
export function whyPlain(text: string): string | null {
  if (text.length > MOST_CHARACTERS) return `longer than ${exact(MOST_CHARACTERS)} characters`;
  return LONG_WORD.test(text) ? `a word is longer than ${exact(LONGEST_WORD)} characters` : null;
}

/** The text as HTML; null if its language is not known or there is a reason against it, and it is to be shown as it stands. */
export function highlighted(text: string, language: string | undefined): string | null {
  if (language === undefined || hljs.getLanguage(language) === undefined || whyPlain(text) !== null) return null;
  return hljs.highlight(text, { language, ignoreIllegals: true }).value;
}
