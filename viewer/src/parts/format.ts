// Quantities as text: short enough for a table, exact in a title. Pure, and the same in every language of the browser.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A number in full, in groups of three: `12,408`. */
export function exact(number: number): string {
  const [whole = "", fraction] = String(Math.abs(number)).split(".");
  const grouped = whole.includes("e") ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${number < 0 ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A number with at most three digits that tell: `940`, `12.4 k`, `3.1 M`. */
export function brief(number: number): string {
  const size = Math.abs(number);
  if (size < 10_000) return exact(number);
  const [unit, word] = size < 999_500 ? [1e3, "k"] : size < 999_500_000 ? [1e6, "M"] : [1e9, "G"];
  return `${threeDigits(number / unit)} ${word}`;
}

/** How long something took, from milliseconds: `0.4 s`, `2 min 05 s`, `3 h 12 min`, `2 d 4 h`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 0) return `−${duration(-milliseconds)}`;
  if (milliseconds < 100) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / SECOND).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / SECOND);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  const minutes = Math.round(milliseconds / MINUTE);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(milliseconds / HOUR);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Bytes: `812 B`, `12.4 kB`, `127 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  const [unit, word] = count < 999_500 ? [1e3, "kB"] : count < 999_500_000 ? [1e6, "MB"] : [1e9, "GB"];
  return `${threeDigits(count / unit)} ${word}`;
}

/** Dollars, from the decimal text that the server gives: cents where that says enough, else what is not zero. */
export function money(dollars: string): string {
  const value = Number(dollars);
  if (!Number.isFinite(value)) return dollars;
  if (value === 0) return "$0";
  if (Math.abs(value) >= 100) return `$${exact(Math.round(value))}`;
  if (Math.abs(value) >= 0.1) return `$${value.toFixed(2)}`;
  if (Math.abs(value) >= 0.0001) return `$${value.toFixed(4)}`;
  return "<$0.0001";
}

/** A share of a whole: `82%`; only nothing is 0% and only all is 100%. */
export function percent(part: number, whole: number): string {
  if (whole === 0) return "–";
  const share = (100 * part) / whole;
  if (part > 0 && share < 1) return "<1%";
  if (part < whole && share > 99) return ">99%";
  return `${Math.round(share)}%`;
}

/** The time of day of a moment, as the reader's clock has it: `14:03:21`. */
export function timeOfDay(unixMilliseconds: number, withMilliseconds = false): string {
  const moment = new Date(unixMilliseconds);
  if (Number.isNaN(moment.getTime())) return "?";
  const seconds = `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  return withMilliseconds ? `${seconds}.${String(moment.getMilliseconds()).padStart(3, "0")}` : seconds;
}

/** The day and time of a moment, as the reader's clock has it: `2026-11-21 14:03`. */
export function dayAndTime(unixMilliseconds: number): string {
  const moment = new Date(unixMilliseconds);
  if (Number.isNaN(moment.getTime())) return "?";
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** How long after another moment: `+2.81 s`, `+4 min 10 s`. */
export function since(unixMilliseconds: number, start: number): string {
  const passed = unixMilliseconds - start;
  if (passed < 0) return duration(passed);
  return `+${passed < MINUTE ? `${(passed / SECOND).toFixed(2)} s` : duration(passed)}`;
}

/** How long ago: `just now`, `5 min ago`, `3 d ago`. */
export function ago(unixMilliseconds: number, now: number): string {
  const passed = now - unixMilliseconds;
  if (passed < MINUTE) return "just now";
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min ago`;
  if (passed < DAY) return `${Math.floor(passed / HOUR)} h ago`;
  return `${Math.floor(passed / DAY)} d ago`;
}

/** A moment to the millisecond, in UTC, for comparison with the log and the command. */
export function exactMoment(unixMilliseconds: number): string {
  const moment = new Date(unixMilliseconds);
  return Number.isNaN(moment.getTime()) ? `${unixMilliseconds} ms since 1970` : `${moment.toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** A count with its noun: `1 event`, `12 events`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${exact(count)} ${count === 1 ? noun : plural}`;
}

function threeDigits(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
