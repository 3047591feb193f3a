/** The installation's address as a person types it. */

export type Address = { readonly base: string } | { readonly problem: "unreadable" | "insecure" };

const THIS_COMPUTER = /^(localhost|127\.0\.0\.1)$/;

/**
 * Where the installation's interface is; a name alone is meant with https.
 *
 * What is said in a call goes there: over plain http only to this very computer.
 */
export function readAddress(typed: string): Address {
  const words = typed.trim();
  const spelled = /^[a-z][a-z0-9+.-]*:\/\//i.test(words) ? words : `https://${words}`;
  const url = URL.canParse(spelled) ? new URL(spelled) : null;
  if (words === "" || /\s/.test(words) || !url || url.hostname === "" || url.username !== "")
    return { problem: "unreadable" };
  if (url.protocol === "https:" || (url.protocol === "http:" && THIS_COMPUTER.test(url.hostname)))
    return { base: url.origin };
  return { problem: url.protocol === "http:" ? "insecure" : "unreadable" };
}

/** Eight letters and digits in two groups, however they were typed. */
export function readCode(typed: string): string {
  const signs = typed.toUpperCase().replaceAll(/[^A-Z0-9]/g, "");
  return signs.length === 8 ? `${signs.slice(0, 4)}-${signs.slice(4)}` : signs;
}
