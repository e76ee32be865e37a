// Markdown of a trace as HTML that can do no harm: no markup of its own, no link that leads anywhere, no image that is loaded.

import DOMPurify from "dompurify";
import MarkdownIt from "markdown-it";
import { highlighted } from "./highlighted.ts";
import { withVisibleMarks } from "./visible_text.tsx";

const TAGS = [
  ...["p", "div", "span", "br", "hr", "blockquote", "pre", "code", "em", "strong", "s", "ul", "ol", "li"],
  ...["table", "thead", "tbody", "tr", "th", "td"],
];
const ATTRIBUTES = ["class", "start"];

const markdown = new MarkdownIt({ html: false, linkify: false, typographer: false, breaks: true });
const { rules } = markdown.renderer;
const escape = markdown.utils.escapeHtml;

/** Entities such as `&#x202E;` are characters only after parsing: what is invisible is written out there. */
markdown.core.ruler.push("visible-marks", (state) => {
  for (const token of state.tokens) {
    token.content = withVisibleMarks(token.content);
    for (const child of token.children ?? []) {
      child.content = withVisibleMarks(child.content);
      child.attrs = child.attrs?.map(([name, value]) => [name, withVisibleMarks(String(value))]) ?? null;
    }
  }
});

// A heading in a text is none of the page.
rules["heading_open"] = (tokens, index) => `<div class="markdown-heading markdown-${tokens[index]?.tag}">`;
rules["heading_close"] = () => "</div>";

// A link is shown with its address, and leads nowhere: who reads decides whether to go there.
rules["link_open"] = () => '<span class="markdown-link">';
rules["link_close"] = (tokens, index) => {
  let open = index;
  for (let depth = 1; depth > 0 && open > 0; ) {
    open -= 1;
    if (tokens[open]?.type === "link_close") depth += 1;
    if (tokens[open]?.type === "link_open") depth -= 1;
  }
  const address = String(tokens[open]?.attrGet("href") ?? "");
  const words = tokens.slice(open + 1, index).map((token) => token.content).join("");
  return words === address ? "</span>" : `</span> <span class="markdown-address">⟨${escape(address)}⟩</span>`;
};
rules["image"] = (tokens, index) => {
  const token = tokens[index];
  return `<span class="markdown-address">[image: ${escape(token?.content ?? "")} ⟨${escape(String(token?.attrGet("src") ?? ""))}⟩]</span>`;
};
// The library aligns cells by a style, which the page's policy forbids.
for (const cell of ["th", "td"]) {
  rules[`${cell}_open`] = (tokens, index) => (String(tokens[index]?.attrGet("style") ?? "").includes("right") ? `<${cell} class="number">` : `<${cell}>`);
}
rules["fence"] = (tokens, index) => {
  const token = tokens[index];
  const text = token?.content ?? "";
  const language = token?.info.trim().split(/\s+/)[0]?.toLowerCase();
  return `<pre><code>${highlighted(text, language) ?? escape(text)}</code></pre>\n`;
};

/** The HTML of a markdown text, cleaned once more of whatever is not plain structure. */
export function markdownHtml(text: string): string {
  const html = markdown.render(withVisibleMarks(text.replaceAll("\r\n", "\n")));
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
  });
}
