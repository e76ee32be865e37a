// JSON as text and as values, without losing what is written: a number that JavaScript cannot hold stays as it stands.

/** A number that JavaScript would write in another way, or not hold at all. */
export class ExactNumber {
  constructor(readonly source: string) {}

  toString(): string {
    return this.source;
  }
}

/** The value of a JSON text; null if it is none. */
export function parsedJson(text: string): { readonly value: unknown } | null {
  const keepExact = (_: string, value: unknown, context?: { readonly source?: string }) => {
    const source = context?.source;
    if (typeof value !== "number" || source === undefined) return value;
    return String(value) === source ? value : new ExactNumber(source);
  };
  try {
    return { value: JSON.parse(text, keepExact) as unknown };
  } catch {
    return null;
  }
}

/** A value as JSON text, indented. */
export function writtenJson(value: unknown): string {
  const numbers: string[] = [];
  const mark = `exact number ${Math.random()} `; // no text of the value can have it
  const text = JSON.stringify(
    value,
    (_, inner: unknown) => (inner instanceof ExactNumber ? `${mark}${numbers.push(inner.source) - 1}` : inner),
    2,
  );
  return numbers.reduce((written, source, index) => written.replace(`"${mark}${index}"`, () => source), text ?? "undefined");
}

const CHUNK = 100;
const MOST_CHUNKS = 200;

/** The first and last index of each chunk of so many entries: hundreds, or more where these would be too many. */
export function chunksOf(count: number): ReadonlyArray<readonly [number, number]> {
  let size = CHUNK;
  while (count / size > MOST_CHUNKS) size *= 10;
  const chunks = [];
  for (let first = 0; first < count; first += size) chunks.push([first, Math.min(count, first + size) - 1] as const);
  return chunks;
}

const PREVIEW_FIELDS = 4;
const PREVIEW_CHARACTERS = 24;

/** What is in a folded value, in a few words: `type: "message", role: "user", …`. */
export function preview(value: object): string {
  const words = [];
  for (const name in value) {
    if (words.length === PREVIEW_FIELDS) {
      words.push("…");
      break;
    }
    const inner = gist((value as Record<string, unknown>)[name]);
    words.push(Array.isArray(value) ? inner : `${name}: ${inner}`);
  }
  return words.join(", ");
}

function gist(value: unknown): string {
  if (value instanceof ExactNumber) return value.source;
  if (Array.isArray(value)) return value.length === 0 ? "[]" : "[…]";
  if (typeof value === "object" && value !== null) return "{…}";
  if (typeof value !== "string") return String(value);
  const beginning = value.slice(0, PREVIEW_CHARACTERS);
  return JSON.stringify(value.length > PREVIEW_CHARACTERS ? `${beginning}…` : beginning);
}
