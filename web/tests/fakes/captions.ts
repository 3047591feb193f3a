/** Caption streams out of a room that a test plays: signed by an interpreter, or by whoever likes to. */

import { CAPTION, SIGNATURE_ATTRIBUTE, statement } from "../../src/logic/signatures";
import type { CaptionSource, CaptionStream } from "../../src/room/captionFeed";

type Attributes = Readonly<Record<string, string>>;

/** An interpreter's key pair. */
export class Signer {
  private constructor(
    readonly key: string,
    private readonly pair: CryptoKeyPair,
  ) {}

  static async make(): Promise<Signer> {
    const pair = (await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"])) as CryptoKeyPair;
    return new Signer(base64url(await crypto.subtle.exportKey("raw", pair.publicKey)), pair);
  }

  async sign(sender: string, text: string, attributes: Attributes, form = CAPTION): Promise<Attributes> {
    const stated = statement(sender, text, attributes, form);
    const signature = await crypto.subtle.sign("Ed25519", this.pair.privateKey, stated);
    return { ...attributes, [SIGNATURE_ATTRIBUTE]: `${this.key}.${base64url(signature)}` };
  }
}

function base64url(raw: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(raw)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** The attributes of an original in English, final unless `change` says otherwise. */
export function captionOf(speaker: string, number: number, change: Attributes = {}): Attributes {
  const language = change["language"] ?? "en";
  const segment = `${speaker}/3f9a.1.1-${number}`;
  return {
    "lk.segment_id": `${segment}/${language}`,
    "lk.transcription_final": "true",
    language,
    "translator.segment": segment,
    "translator.source_language": "en",
    "translator.committed": "0",
    "translator.start_ms": String(number * 1000),
    "translator.end_ms": String(number * 1000 + 900),
    ...change,
  };
}

/** A room that hands over the streams that a test sends, and notes which of them it was told to forget. */
export class FakeSource implements CaptionSource {
  readonly forgotten: string[] = [];
  /** What was said of each stream at its beginning; a test may change it, as the end of a stream does. */
  readonly infos: CaptionStream["info"][] = [];
  /** Of the streams that are sent from now on. */
  encryptionType = 0;
  private handler: ((stream: CaptionStream, from: { identity: string }) => void) | null = null;
  private count = 0;

  registerTextStreamHandler(_: string, handler: (stream: CaptionStream, from: { identity: string }) => void): void {
    this.handler = handler;
  }

  unregisterTextStreamHandler(): void {
    this.handler = null;
  }

  forget(id: string): void {
    this.forgotten.push(id);
  }

  /** Begins a stream; returns its id. `pieces` may be without end, or end only when they are aborted. */
  send(
    sender: string,
    pieces: Iterable<string> | AsyncIterable<string>,
    attributes: Attributes,
    size?: number,
  ): string {
    const id = `stream-${(this.count += 1)}`;
    const info = {
      id,
      mimeType: "text/plain",
      topic: "lk.transcription",
      timestamp: 0,
      attributes: { ...attributes },
      encryptionType: this.encryptionType,
    };
    const stream = new FakeStream(size === undefined ? info : { ...info, size }, pieces);
    this.infos.push(stream.info);
    this.handler?.(stream, { identity: sender });
    return id;
  }
}

class FakeStream {
  private signal: AbortSignal | null = null;

  constructor(
    readonly info: CaptionStream["info"],
    private readonly pieces: Iterable<string> | AsyncIterable<string>,
  ) {}

  withAbortSignal(signal: AbortSignal): never {
    this.signal = signal;
    return this as never; // as much of a reader as the feed uses
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    const aborted = new Promise<never>((_, reject) => {
      this.signal?.addEventListener("abort", () => reject(this.signal?.reason as Error));
    });
    aborted.catch(() => undefined);
    const pieces =
      Symbol.asyncIterator in this.pieces ? this.pieces[Symbol.asyncIterator]() : this.pieces[Symbol.iterator]();
    for (;;) {
      const { done, value } = await Promise.race([pieces.next(), aborted]);
      if (done) return;
      yield value;
    }
  }
}

/** Pieces that come until somebody stops taking them; `taken` says how many were. */
export class Endless implements Iterable<string> {
  taken = 0;

  constructor(private readonly piece: string) {}

  *[Symbol.iterator](): Generator<string> {
    for (;;) {
      this.taken += 1;
      yield this.piece;
    }
  }
}

/** Never brings another piece, and never ends. */
export async function* stalled(): AsyncGenerator<string> {
  yield "I have";
  await new Promise(() => undefined);
}
