// The answers that were used last, as many as there is room for. Pure.

/** How much is kept, in characters of texts and the like for what else answers are made of. The last one always is. */
export const MOST_KEPT = 20_000_000;

/** About as much as a number, a name or an entry of a list takes beside its text, in characters. */
const VALUE = 16;

export class KeptAnswers {
  /** In the order of their last use. */
  private readonly kept = new Map<string, { readonly answer: unknown; readonly size: number }>();
  private size = 0;

  has(key: string): boolean {
    return this.kept.has(key);
  }

  get(key: string): unknown {
    const found = this.kept.get(key);
    if (found === undefined) return undefined;
    this.kept.delete(key);
    this.kept.set(key, found);
    return found.answer;
  }

  set(key: string, answer: unknown): void {
    this.drop(key);
    const size = sizeOf(answer);
    this.kept.set(key, { answer, size });
    this.size += size;
    for (const oldest of this.kept.keys()) {
      if (this.size <= MOST_KEPT || oldest === key) break;
      this.drop(oldest);
    }
  }

  private drop(key: string): void {
    this.size -= this.kept.get(key)?.size ?? 0;
    this.kept.delete(key);
  }
}

/** How much an answer takes, whatever is in it. */
function sizeOf(answer: unknown): number {
  let size = 0;
  const left = [answer];
  while (left.length > 0) {
    const value = left.pop();
    size += VALUE + (typeof value === "string" ? value.length : 0);
    if (typeof value === "object" && value !== null) for (const part of Object.values(value)) left.push(part);
  }
  return size;
}
