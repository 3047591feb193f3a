/**
 * Whether a text stream comes from the interpreter: it signs each one, as docs/protocol.md writes it down.
 *
 * Anybody who may send data can open a stream with any attributes; what is signed can only come from who holds
 * the key that the interpreter names in its own attributes.
 */

export const SIGNATURE_ATTRIBUTE = "translator.signature";

/** In the order in which they are signed, as in worker/signing.py; what else a stream carries is not looked at. */
export const SIGNED_ATTRIBUTES = [
  "lk.segment_id",
  "lk.transcription_final",
  "lk.transcribed_track_id",
  "language",
  "translated",
  "translator.segment",
  "translator.source_language",
  "translator.committed",
  "translator.start_ms",
  "translator.end_ms",
  "translator.note",
  "translator.doubt",
  "translator.confidence",
  "translator.history",
  "translator.likeness",
] as const;

/** What is signed for what: a signature made for one is none for another. */
export interface SignedForm {
  readonly purpose: string;
  readonly attributes: readonly string[];
}

export const CAPTION: SignedForm = { purpose: "HIVE caption 1", attributes: SIGNED_ATTRIBUTES };
/** The translation of a chat message; its attributes as in protocol/chat.py. */
export const CHAT: SignedForm = {
  purpose: "HIVE chat 1",
  attributes: ["translator.message", "language", "translated", "translator.source_language", "translator.doubt"],
};

const ALGORITHM = "Ed25519";
const KEY = /^[A-Za-z0-9_-]{43}$/;
const SIGNATURE = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{86})$/;

type Bytes = Uint8Array<ArrayBuffer>;

/** Whether `text` can be the public key of an interpreter: 32 bytes in base64url. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/** The public key that a stream claims to be signed with; null where it is not signed at all. */
export function claimedKey(attributes: Readonly<Record<string, string>>): string | null {
  return SIGNATURE.exec(attributes[SIGNATURE_ATTRIBUTE] ?? "")?.[1] ?? null;
}

/** What is signed of a stream: netstrings of the purpose, whose words they are, the text and the attributes. */
export function statement(
  sender: string,
  text: string,
  attributes: Readonly<Record<string, string>>,
  form = CAPTION,
): Bytes {
  // Browsers drop a byte order mark at the beginning of each piece of a stream.
  return netstrings([
    form.purpose,
    sender,
    text.replaceAll("\ufeff", ""),
    ...form.attributes.map((name) => attributes[name] ?? ""),
  ]);
}

/** One after the other as `<length in bytes>:<bytes in UTF-8>,`: no two sequences of fields look alike. */
export function netstrings(fields: readonly string[]): Bytes {
  const encoder = new TextEncoder();
  const parts = fields.flatMap((field) => {
    const bytes = encoder.encode(field);
    return [encoder.encode(`${bytes.length}:`), bytes, encoder.encode(",")];
  });
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Checks signatures with the browser's own Ed25519. */
export class SignatureCheck {
  private readonly keys = new Map<string, Promise<CryptoKey>>();

  /** `subtle` is undefined where a page was not opened securely. */
  constructor(private readonly subtle: SubtleCrypto | undefined) {}

  /** Whether this browser can check anything: all current ones can, on pages opened over https or on the same machine. */
  async possible(): Promise<boolean> {
    try {
      await this.subtle?.importKey("raw", new Uint8Array(32), ALGORITHM, false, ["verify"]);
      return this.subtle !== undefined;
    } catch {
      return false;
    }
  }

  /** Whether the key that the stream names has signed exactly this; the caller decides whose keys count. */
  async holds(
    sender: string,
    text: string,
    attributes: Readonly<Record<string, string>>,
    form = CAPTION,
  ): Promise<boolean> {
    return this.holdsFor(statement(sender, text, attributes, form), attributes);
  }

  /** The same of any statement, which begins with its purpose. */
  async holdsFor(stated: Bytes, attributes: Readonly<Record<string, string>>): Promise<boolean> {
    const [, key, signature] = SIGNATURE.exec(attributes[SIGNATURE_ATTRIBUTE] ?? "") ?? [];
    if (!this.subtle || !key || !signature) return false;
    try {
      return await this.subtle.verify(ALGORITHM, await this.keyOf(this.subtle, key), bytesOf(signature), stated);
    } catch {
      return false; // not a point on the curve, or not known to this browser
    }
  }

  private keyOf(subtle: SubtleCrypto, key: string): Promise<CryptoKey> {
    const known = this.keys.get(key);
    if (known) return known;
    const imported = subtle.importKey("raw", bytesOf(key), ALGORITHM, false, ["verify"]);
    this.keys.set(key, imported);
    return imported;
  }
}

export function bytesOf(base64url: string): Bytes {
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}
