/** What this browser shows to see and withdraw what was paired from it; it opens nothing else. */

import { guarded } from "./guarded";

const KEY = "hive.pairing";

export function keptOwner(): string | null {
  return guarded(() => window.localStorage.getItem(KEY));
}

export function keepOwner(token: string): void {
  guarded(() => window.localStorage.setItem(KEY, token));
}

export function forgetOwner(): void {
  guarded(() => window.localStorage.removeItem(KEY));
}
