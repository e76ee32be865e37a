// Where a line of the log stands in the list of its lines, which leaves out the blank ones. Pure: who asks is given.

export interface LineAt {
  /** How many entries the list has. */
  readonly total: number;
  /** The line (from 1) of the entry; undefined behind the end of the list. */
  readonly line: number | undefined;
}

/** Looks for a line where it would be if no line were blank, and by halves if it is not there. Null if it is in none. */
export async function indexOfLine(line: number, entryAt: (index: number) => Promise<LineAt>): Promise<number | null> {
  let [low, high, guess] = [0, line - 1, line - 1];
  while (low <= high) {
    const entry = await entryAt(guess);
    if (entry.line === line) return guess;
    if (entry.line === undefined || entry.line > line) high = Math.min(guess, entry.total) - 1;
    else low = guess + 1;
    guess = Math.floor((low + high) / 2);
  }
  return null;
}

