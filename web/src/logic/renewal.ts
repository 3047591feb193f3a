/**
 * When to ask for a fresh right to be in a room: by durations that the service gives.
 *
 * What this computer takes for the time may be wrong by years, and nothing here asks it.
 */

import { ApiError } from "./api";

const SOONEST_MS = 20_000;
const LATEST_MS = 6 * 3_600_000;

/** The life of a token that does not say how long it lives. */
const USUAL_LIFE_MS = 10 * 60_000;

const LONGEST_BACK_OFF_MS = 5 * 60_000;

/** Longer than that nobody is asked to stay away. */
const LONGEST_STAY_AWAY_MS = 10 * 60_000;

/** How long a token lives from its making on, by the service's own clock; null where it does not say. */
export function lifeMs(token: string): number | null {
  const { exp, made } = claimsOf(token);
  return exp !== null && made !== null && exp > made ? (exp - made) * 1000 : null;
}

/** When a token was made by the service's own clock, in milliseconds since the epoch; null where it does not say. */
export function madeMs(token: string): number | null {
  const { made } = claimsOf(token);
  return made === null ? null : made * 1000;
}

/** In seconds. */
function claimsOf(token: string): { exp: number | null; made: number | null } {
  try {
    const body = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { exp, iat, nbf } = JSON.parse(atob(body)) as Record<string, unknown>;
    const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
    return { exp: number(exp), made: number(iat ?? nbf) };
  } catch {
    return { exp: null, made: null };
  }
}

/**
 * At about half of the token's life, so that a new connection always finds a fresh one.
 *
 * A whole meeting may have come within the same second: `random` (0…1) spreads it.
 */
export function renewAfterMs(token: string, random: number): number {
  const spread = 0.4 + 0.2 * random;
  return Math.min(LATEST_MS, Math.max(SOONEST_MS, spread * (lifeMs(token) ?? USUAL_LIFE_MS)));
}

/** After so many failures in a row: longer each time, and never before the service allows it. */
export function tryAgainAfterMs(failures: number, error: unknown, random: number): number {
  const backOff = Math.min(LONGEST_BACK_OFF_MS, SOONEST_MS * 2 ** (failures - 1));
  return Math.max(stayAwayMs(error), backOff) * (1 + 0.25 * random);
}

/** How long the service asks to be left alone: 0 where it does not. */
export function stayAwayMs(error: unknown): number {
  if (!(error instanceof ApiError) || error.retryAfterS === null) return 0;
  return Math.min(LONGEST_STAY_AWAY_MS, Math.max(0, error.retryAfterS * 1000));
}
