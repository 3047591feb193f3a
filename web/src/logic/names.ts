/**
 * What people are called, so that nobody takes another's name; the page's half of `foundation/names.py`.
 *
 * Whoever may set their own attributes may set their own name and metadata as well. The identity alone stays as the
 * service gave it: it ends with a hash of a salt and the name, and the token's metadata has both.
 */

/** What everybody is called, by identity. */
export type Names = ReadonlyMap<string, string>;

const LONGEST = 64;
const LONGEST_METADATA = 2000;
const DIGITS = 24;
const OURS = /^(?:organiser|speaker|listener|reader)-[0-9a-f]{24}$/;

/** Format characters that nobody sees; Arabic, Syriac and Kaithi have some that one does. Joiners are looked at apart. */
const UNSEEN =
  /(?![\u0600-\u0605\u06dd\u070f\u08e2\u{110bd}\u200c\u200d])[\p{C}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;
const LOOSE_JOINERS = /(?<![^\x00-\x7f])[\u200c\u200d]|(?<=[\u200c\u200d])[\u200c\u200d]/gu;
const HEAPED_MARKS = /(\p{M}{4})\p{M}+/gu;
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * What of a text may be shown as a name: one line that shows all that it holds, at most 64 characters.
 *
 * Empty where nothing is left to see.
 */
export function plainName(text: string): string {
  const line = text
    .slice(0, 32 * LONGEST)
    .normalize("NFC")
    .replaceAll(/[\t\n\r\p{Z}]+/gu, " ")
    .replaceAll(UNSEEN, "")
    .replaceAll(LOOSE_JOINERS, "")
    .replaceAll(HEAPED_MARKS, "$1")
    .replaceAll(/ +/g, " ")
    .trim();
  const name = [...line]
    .slice(0, LONGEST)
    .join("")
    .replace(/[\u200c\u200d ]+$/u, "");
  return VISIBLE.test(name) ? name : "";
}

/** Whether the service gave this identity and so answers for a name; others' names come with their own tokens. */
export function isVouched(identity: string): boolean {
  return OURS.test(identity);
}

/** The name that an identity stands for, or null where the metadata does not prove one. */
export async function confirmedName(
  identity: string,
  metadata: string,
  subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle,
): Promise<string | null> {
  const told = metadata.length > LONGEST_METADATA ? null : readMetadata(metadata);
  if (!told || !subtle) return null;
  const role = identity.slice(0, identity.lastIndexOf("-"));
  const digest = await subtle.digest("SHA-256", new TextEncoder().encode(`${role}\n${told.salt}\n${told.name}`));
  const digits = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${role}-${digits.slice(0, DIGITS)}` === identity ? plainName(told.name) || null : null;
}

function readMetadata(metadata: string): { name: string; salt: string } | null {
  try {
    const { name, salt } = (JSON.parse(metadata) ?? {}) as Record<string, unknown>;
    return typeof name === "string" && typeof salt === "string" ? { name, salt } : null;
  } catch {
    return null;
  }
}

const SCREEN = "#screen";

/** The identity under which the sound of somebody's shared screen is captioned, as in `protocol/screens.py`. */
export function screenOf(identity: string): string {
  return identity + SCREEN;
}

/** Whose shared screen captions are of; null where they are of a person. */
export function screenOwner(speaker: string): string | null {
  return speaker.endsWith(SCREEN) ? speaker.slice(0, -SCREEN.length) : null;
}

/** The one way from an identity to what people are shown. */
export function nameIn(names: Names, identity: string): string {
  return names.get(identity) ?? shortIdentity(screenOwner(identity) ?? identity);
}

/** An identity as people are shown it: its role and some of its digits. */
export function shortIdentity(identity: string): string {
  return isVouched(identity) ? identity.slice(0, identity.lastIndexOf("-") + 7) : plainName(identity) || "?";
}

/** What a screen that shows captions alone joins as. */
export const SCREEN_NAME = "Captions";

/** Whether somebody came by a link for readers, as whom they can do nothing but read. */
export function isReader(identity: string): boolean {
  return isVouched(identity) && identity.startsWith("reader-");
}

/** Whether somebody came by a link for organisers. */
export function isOrganiser(identity: string): boolean {
  return isVouched(identity) && identity.startsWith("organiser-");
}

/** Whether somebody is no person but such a screen. Only those who came to read can be one; all are still counted. */
export function isScreen(identity: string, names: Names): boolean {
  return isReader(identity) && names.get(identity) === SCREEN_NAME;
}
