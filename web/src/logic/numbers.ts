/** Numbers that come from a room: as text or out of JSON, and never to be trusted. */

/** No meeting lasts longer than a week; in milliseconds. */
export const LONGEST_MS = 7 * 24 * 3600 * 1000;

const DIGITS = /^\d{1,12}$/;

/** A moment on a meeting's time line; null for anything that can be none. */
export function momentMs(text: string): number | null {
  const number = DIGITS.test(text) ? Number(text) : Number.NaN;
  return number <= LONGEST_MS ? number : null;
}

/** A whole number that is written in digits, at most `most`; null for anything else. */
export function wholeNumber(text: string, most: number): number | null {
  return DIGITS.test(text) ? Math.min(most, Number(text)) : null;
}

/** `value` within `least` and `most`; `least` for what is no number. */
export function within(value: unknown, least: number, most: number): number {
  if (typeof value !== "number" || Number.isNaN(value)) return least;
  return Math.min(most, Math.max(least, value));
}
