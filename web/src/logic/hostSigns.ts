/** What the service tells this page about what an organiser did: `protocol/hosting.py` has the other half. */

export const HOST_TOPIC = "translator.host";

export type HostMessage =
  | { readonly type: "muted"; readonly by: string }
  | { readonly type: "organisers"; readonly identity: string; readonly organises: boolean; readonly by: string };

const LONGEST_BYTES = 1000;
const LONGEST_IDENTITY = 64;

/** Null for anything that is no such message. */
export function readHostMessage(payload: Uint8Array): HostMessage | null {
  if (payload.length > LONGEST_BYTES) return null;
  let said: unknown;
  try {
    said = JSON.parse(new TextDecoder().decode(payload));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (typeof said !== "object" || said === null) return null;
  const { type, by, identity, organises } = said as Record<string, unknown>;
  if (!isIdentity(by)) return null;
  if (type === "muted") return { type, by };
  if (type !== "organisers" || !isIdentity(identity) || typeof organises !== "boolean") return null;
  return { type, identity, organises, by };
}

function isIdentity(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_IDENTITY;
}
