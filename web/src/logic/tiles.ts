/** How the tiles of people stand: in which order, how large, and what they say of languages. */

import { baseOf, isLanguageCode } from "./languages";

const LONGEST_CODE = 3;

/**
 * "ES → EN" for who speaks Spanish and hears English; one half alone where the other is not known or not wished.
 *
 * @param spoken a code, "auto", or "".
 * @param heard a code, or "off".
 */
export function languageTag(spoken: string, heard: string): string {
  const from = shortCode(spoken);
  const to = shortCode(heard);
  if (!to || from === to) return from || to;
  return from ? `${from} → ${to}` : `→ ${to}`;
}

function shortCode(code: string): string {
  return code !== "off" && code !== "auto" && isLanguageCode(code)
    ? baseOf(code).slice(0, LONGEST_CODE).toUpperCase()
    : "";
}

/** Somebody who has a tile. */
export interface Seated {
  readonly id: string;
  readonly speaking: boolean;
  /** When they spoke last, in ms; 0: not yet. */
  readonly spokeAtMs: number;
}

/**
 * Who stands where, the first of `people` always first.
 *
 * Everybody keeps their place and who comes stands at the end. Only who speaks out of sight changes places, with the
 * one in sight who has been silent for the longest.
 *
 * @param before as it was.
 * @param inSight so many places are seen without scrolling.
 */
export function seated(people: readonly Seated[], before: readonly string[], inSight: number): readonly string[] {
  const known = new Map(people.map((one) => [one.id, one]));
  const first = people[0]?.id;
  const kept = before.filter((id) => known.has(id) && id !== first);
  const old = new Set(kept);
  const order = [...kept, ...people.map(({ id }) => id).filter((id) => id !== first && !old.has(id))];
  if (first !== undefined) order.unshift(first);
  for (let at = inSight; at < order.length; at += 1) {
    if (!known.get(order[at] ?? "")?.speaking) continue;
    const place = longestSilent(order.slice(0, inSight).map((id) => known.get(id)));
    if (place < 0) break; // all in sight speak themselves
    [order[place], order[at]] = [order[at] ?? "", order[place] ?? ""];
  }
  return order;
}

/** The place of the one who spoke least recently, -1 where everybody speaks; the first one never leaves theirs. */
function longestSilent(inSight: readonly (Seated | undefined)[]): number {
  let found = -1;
  for (let at = inSight.length - 1; at > 0; at -= 1) {
    const one = inSight[at];
    if (one && !one.speaking && one.spokeAtMs < (inSight[found]?.spokeAtMs ?? Infinity)) found = at;
  }
  return found;
}

/** Room for tiles, in CSS pixels. */
export interface Room {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

/** Width by height of a tile in a grid. */
const GRID_RATIO = 16 / 9;
/** Narrower ones are scrolled to instead. */
const NARROWEST = 132;
const WIDEST = 640;

/** The width at which so many tiles fill a room best, in CSS pixels. */
export function gridWidth(count: number, { width, height, gap }: Room): number {
  let best = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const byWidth = (width - gap * (columns - 1)) / columns;
    const byHeight = ((height - gap * (rows - 1)) / rows) * GRID_RATIO;
    best = Math.max(best, Math.min(byWidth, byHeight));
  }
  return Math.floor(Math.min(WIDEST, Math.max(best, Math.min(NARROWEST, width))));
}

/** How many tiles of a size are seen at once; at least one. */
export function inSight(
  tile: { readonly width: number; readonly height: number },
  { width, height, gap }: Room,
): number {
  const fit = (room: number, size: number): number =>
    Math.max(1, Math.floor((room + gap + 1) / Math.max(1, size + gap)));
  return fit(width, tile.width) * fit(height, tile.height);
}
