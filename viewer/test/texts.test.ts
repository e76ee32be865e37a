import assert from "node:assert/strict";
import { test } from "node:test";
import { ExactNumber, chunksOf, parsedJson, preview, writtenJson } from "../src/parts/json_text.ts";
import { terminalText } from "../src/parts/terminal_text.ts";
import { beginningOf, codePoints, countLines, guessForm, guessLanguage, piecesOf } from "../src/parts/text_forms.ts";
import { highlighted, whyPlain } from "../src/parts/highlighted.ts";
import { differenceLines, folded } from "../src/parts/text_lines.ts";
import { withVisibleMarks } from "../src/parts/visible_text.tsx";

test("what has no shape is written out, and what has one stays", () => {
  assert.equal(withVisibleMarks("a\u202Eb\u0000c\u200Bd\uFEFF"), "a⟨U+202E⟩b⟨U+0000⟩c⟨U+200B⟩d⟨U+FEFF⟩");
  assert.equal(withVisibleMarks("\u2066x\u2069 \u{E0041} \ud800"), "⟨U+2066⟩x⟨U+2069⟩ ⟨U+E0041⟩ ⟨U+D800⟩");
  assert.equal(withVisibleMarks("tab\tand\nfeed ümlaut 漢字 👩‍💻"), "tab\tand\nfeed ümlaut 漢字 👩‍💻");
  assert.equal(withVisibleMarks("ab\u200dc"), "ab⟨U+200D⟩c");
});

test("a short text is shown whole", () => {
  assert.deepEqual(beginningOf("one\ntwo\n"), { shown: "one\ntwo\n", moreLines: 0, moreCharacters: 0 });
  assert.deepEqual(beginningOf(""), { shown: "", moreLines: 0, moreCharacters: 0 });
});

test("a long text is shown by its first lines, with how much more there is", () => {
  assert.deepEqual(beginningOf("a\nb\nc\nd", 2), { shown: "a\nb", moreLines: 2, moreCharacters: 3 });
  assert.deepEqual(beginningOf("abcdef", 2, 4), { shown: "abcd", moreLines: 1, moreCharacters: 2 });
});

test("a character is never cut in two", () => {
  assert.equal(beginningOf("ab💡c", 9, 3).shown, "ab");
});

test("lines, characters and pieces of a text", () => {
  assert.equal(countLines("a\nb\n"), 2);
  assert.equal(countLines("a\nb"), 2);
  assert.equal(countLines(""), 0);
  assert.equal(codePoints("a💡b"), 3);
  assert.equal(codePoints("\ud83da"), 2);
  assert.deepEqual(piecesOf("a\nb\nc\nd", 2), ["a\nb\n", "c\nd"]);
});

test("the form and the language of a text are guessed from itself", () => {
  assert.equal(guessForm("\u001b[31mred"), "terminal");
  assert.equal(guessForm("# words"), "raw");
  assert.equal(guessLanguage("*** Begin Patch\n"), "diff");
  assert.equal(guessLanguage('{"a": 1}'), "json");
  assert.equal(guessLanguage("#!/usr/bin/env python3"), "python");
  assert.equal(guessLanguage("words"), undefined);
});

test("terminal colours become classes, and the text stays text", () => {
  const { pieces } = terminalText("plain \u001b[1;31m<b>\u001b[0m end");
  assert.deepEqual(
    pieces.map(({ text, classes }) => [text, classes]),
    [
      ["plain ", ""],
      ["<b>", "ansi-bold ansi-red-fg"],
      [" end", ""],
    ],
  );
});

test("colours that have no name are numbers", () => {
  const [piece] = terminalText("\u001b[38;2;1;2;3mx").pieces;
  assert.equal(piece?.foreground, "rgb(1 2 3)");
  assert.equal(piece?.classes, "ansi-fg");
});

test("a link of a terminal is its words and its address", () => {
  const { pieces } = terminalText("\u001b]8;;https://example.com\u0007words\u001b]8;;\u0007");
  assert.equal(pieces.map((piece) => piece.text).join(""), "words ⟨https://example.com⟩");
});

test("a line that is written over shows what stood there last, and says so", () => {
  const told = (text: string) => {
    const { pieces, overwritten } = terminalText(text);
    return [pieces.map((piece) => piece.text).join(""), overwritten];
  };
  assert.deepEqual(told("10%\r50%\r100%\nend\r\n"), ["100%\nend\n", 2]);
  assert.deepEqual(told("12345\rab"), ["ab345", 1]);
  assert.deepEqual(told("\u001b[32m10%\r\u001b[0m100%"), ["100%", 1]);
});

test("a sequence that the text does not end is not lost", () => {
  const text = terminalText("end\u001b[3").pieces.map((piece) => piece.text).join("");
  assert.equal(text, "end\u001b[3");
});

test("a value with exact numbers is written with them", () => {
  const value = { big: new ExactNumber("12345678901234567890123"), list: [new ExactNumber("1.10"), "$&"] };
  assert.equal(writtenJson(value), '{\n  "big": 12345678901234567890123,\n  "list": [\n    1.10,\n    "$&"\n  ]\n}');
});

test("what is no JSON is none, and a name of the language is only a name", () => {
  assert.equal(parsedJson('{"torn": '), null);
  const { value } = parsedJson('{"__proto__": {"polluted": true}}') as { value: object };
  assert.deepEqual(Object.keys(value), ["__proto__"]);
  assert.equal((value as { polluted?: boolean }).polluted, undefined);
});

test("entries come in chunks, of which there are never too many", () => {
  assert.deepEqual(chunksOf(5), [[0, 4]]);
  assert.deepEqual(chunksOf(250), [[0, 99], [100, 199], [200, 249]]);
  assert.ok(chunksOf(10_000_000).length <= 200);
});

test("a folded value is told in a few words", () => {
  assert.equal(preview({ type: "message", content: [1], more: {}, empty: [], last: 1 }), 'type: "message", content: […], more: {…}, empty: [], …');
  assert.equal(preview(["a".repeat(30), 1]), `"${"a".repeat(24)}…", 1`);
});

test("a difference has the lines of both sides, and the words that make it", () => {
  const lines = differenceLines("one\ntwo words\nthree\n", "one\ntwo others\nthree\n");
  assert.deepEqual(
    lines?.map(({ kind, before, after, stretches }) => [kind, before, after, stretches.filter((stretch) => stretch.isOther).map((stretch) => stretch.text)]),
    [
      ["same", 1, 1, []],
      ["removed", 2, null, ["words"]],
      ["added", null, 2, ["others"]],
      ["same", 3, 3, []],
    ],
  );
});

test("what would take too long to colour is not coloured, and it is said why", () => {
  assert.match(highlighted("let a = 1", "typescript") ?? "", /hljs-keyword/);
  const longWord = "a".repeat(1_001);
  assert.equal(highlighted(longWord, "typescript"), null);
  assert.equal(whyPlain(longWord), "a word is longer than 1,000 characters");
  const long = "let a;\n".repeat(3_000);
  assert.equal(highlighted(long, "typescript"), null);
  assert.equal(whyPlain(long), "longer than 20,000 characters");
  assert.equal(whyPlain("a ".repeat(10_000)), null);
});

test("what is the same is folded but for three lines around a difference", () => {
  const before = Array.from({ length: 20 }, (_, index) => `${index}`).join("\n");
  const rows = folded(differenceLines(before, before.replace("10", "ten")) ?? []);
  assert.deepEqual(
    rows.map((row) => (row.kind === "folded" ? row.lines.length : row.kind)),
    [7, "same", "same", "same", "removed", "added", "same", "same", "same", 6],
  );
});
