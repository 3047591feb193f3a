/**
 * What this browser keeps of its visits: the session of each invitation while the tab lives, so that a reload comes back
 * as the same person, and for longer the identities it was given, which open nothing: whoever was removed is known by them.
 */

const PREFIX = "hive.session.";
const IDENTITIES = "hive.identities";
const MOST_IDENTITIES = 16;

export function keptSession(invitation: string): string | null {
  return guarded(() => window.sessionStorage.getItem(PREFIX + invitation));
}

export function keepSession(invitation: string, session: string): void {
  guarded(() => window.sessionStorage.setItem(PREFIX + invitation, session));
}

export function forgetSession(invitation: string): void {
  guarded(() => window.sessionStorage.removeItem(PREFIX + invitation));
}

/** The identities of this browser's last visits, the latest first. */
export function earlierIdentities(): readonly string[] {
  const kept = guarded(() => window.localStorage.getItem(IDENTITIES)) ?? "";
  return kept
    .split(" ")
    .filter((identity) => identity !== "" && identity.length <= 64)
    .slice(0, MOST_IDENTITIES);
}

export function keepIdentity(identity: string): void {
  const others = earlierIdentities().filter((other) => other !== identity);
  const kept = [identity, ...others].slice(0, MOST_IDENTITIES).join(" ");
  guarded(() => window.localStorage.setItem(IDENTITIES, kept));
}

/** A browser may forbid storage; the person then joins anew after a reload. */
function guarded<T>(access: () => T): T | null {
  try {
    return access();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
