/** The session of each invitation, kept while the tab lives, so that a reload comes back as the same person. */

const PREFIX = "hive.session.";

export function keptSession(invitation: string): string | null {
  return guarded(() => window.sessionStorage.getItem(PREFIX + invitation));
}

export function keepSession(invitation: string, session: string): void {
  guarded(() => window.sessionStorage.setItem(PREFIX + invitation, session));
}

export function forgetSession(invitation: string): void {
  guarded(() => window.sessionStorage.removeItem(PREFIX + invitation));
}

/** A browser may forbid storage; the person then joins anew after a reload. */
function guarded<T>(use: () => T): T | null {
  try {
    return use();
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}
