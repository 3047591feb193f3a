/** What a person did, as an interpreter that measures is told of it; see docs/protocol.md. */

export type InteractionKind = "speak" | "listen";

/** A `traceparent` of W3C's Trace Context, of numbers by chance. */
export function newTraceparent(): string {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(24)), (byte) => byte.toString(16).padStart(2, "0"));
  return `00-${digits.slice(0, 16).join("")}-${digits.slice(16).join("")}-01`;
}

/** The value of `translator.interaction`; `atMs`: since 1970, on the clock of this device. */
export function interactionAttribute(kind: InteractionKind, atMs: number): string {
  return `${kind} ${String(Math.round(atMs))} ${newTraceparent()}`;
}
