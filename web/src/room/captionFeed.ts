import { Encryption_Type, type Room, type TextStreamReader } from "livekit-client";
import { Budgets } from "../logic/budget";
import { CaptionLog, type Passages } from "../logic/captionLog";
import { isCaptionOf, MOST_CHARACTERS, readRevision, statedSpeaker, type Passage } from "../logic/captions";
import { claimedKey, SignatureCheck } from "../logic/signatures";
import { Store, type Readable } from "../logic/store";
import { forgetStream } from "./streams";
import { comesTrue, readWithin } from "./streamText";

const TOPIC = "lk.transcription";

/** In one person's name: a history in several languages comes at once, a lively speaker has 17 revisions a second. */
const AT_ONCE = 400;
const PER_SECOND = 100;
/** Streams in one person's name that are still being read, and such that wait to be checked. */
const MOST_OPEN = 50;
const MOST_WAITING = 400;
/** The interpreter sends a revision in one go. */
const READ_LIMIT_MS = 10_000;
/** The server tells of a new participant up to 3 s late; its first words may be there before it. */
const KEY_PATIENCE_MS = 5000;

type Attributes = Readonly<Record<string, string>>;

/** What the feed needs of a text stream. */
export type CaptionStream = Pick<TextStreamReader, "info" | "withAbortSignal"> & AsyncIterable<string>;

/** What the feed needs of a room. */
export interface CaptionSource {
  registerTextStreamHandler: (
    topic: string,
    handler: (stream: CaptionStream, from: { identity: string }) => void,
  ) => void;
  unregisterTextStreamHandler: (topic: string) => void;
  /** Nobody will read the stream: what is still sent on it is thrown away. */
  forget: (id: string) => void;
}

export function captionSource(room: Room): CaptionSource {
  return {
    registerTextStreamHandler: (topic, handler) => room.registerTextStreamHandler(topic, handler),
    unregisterTextStreamHandler: (topic) => room.unregisterTextStreamHandler(topic),
    forget: (id) => forgetStream(room, id),
  };
}

/**
 * Receives the captions that the interpreter sends to this participant, and believes no others.
 *
 * Anybody in the room can send streams on this topic. What is not signed by an interpreter, is not the sender's own
 * segment, is too long or too frequent is refused and counted.
 */
export class CaptionFeed {
  readonly passages: Store<Passages>;
  /** False where this browser cannot tell who sent a caption: it shows none then. */
  readonly checkable = new Store(true);
  /** How many streams were not believed. */
  readonly refused = new Store(0);
  private readonly log = new CaptionLog();
  private readonly budgets = new Budgets(AT_ONCE, PER_SECOND);
  private readonly open = new Map<string, number>();
  private readonly lanes = new Map<string, { last: Promise<void>; waiting: number }>();
  private readonly closed = new Store(false);
  private readonly forgetGone: () => void;

  /**
   * `keys` are the public keys of the interpreters that are or were in the room, `gone` of those that were, `now` says
   * when a caption came, `earlier` is what this tab received before. In an encrypted meeting `sealed` is told who sent
   * one that was believed; what is not encrypted is not believed there, and the interpreter itself is the sender, as the
   * server cannot see in whose name it sends.
   */
  constructor(
    private readonly source: CaptionSource,
    private readonly keys: Readable<ReadonlySet<string>>,
    private readonly gone: Readable<ReadonlySet<string>>,
    private readonly now: () => number,
    private readonly check = new SignatureCheck(globalThis.crypto?.subtle),
    earlier: readonly Passage[] = [],
    private readonly sealed: ((from: string) => void) | null = null,
  ) {
    this.log.restore(earlier);
    this.passages = new Store(this.log.passages());
    this.forgetGone = gone.subscribe(() => {
      if (this.endOpen()) this.passages.set(this.log.passages());
    });
    void check.possible().then((possible) => this.checkable.set(possible));
    source.registerTextStreamHandler(TOPIC, (stream, { identity }) => void this.receive(stream, identity));
  }

  close(): void {
    this.source.unregisterTextStreamHandler(TOPIC);
    this.forgetGone();
    this.closed.set(true);
  }

  private endOpen(): boolean {
    const gone = this.gone.get();
    return this.log.endOpen((epoch) => gone.has(epoch));
  }

  private async receive(stream: CaptionStream, sender: string): Promise<void> {
    const open = this.open.get(sender) ?? 0;
    const worthReading =
      open < MOST_OPEN &&
      (stream.info.size ?? 0) <= MOST_CHARACTERS * 4 &&
      (!this.sealed || stream.info.encryptionType !== Encryption_Type.NONE) &&
      this.isSigned(sender, stream.info.attributes ?? {}) &&
      this.budgets.take(sender, performance.now());
    if (!worthReading) return this.refuse(stream);

    this.open.set(sender, open + 1);
    let text: string | null;
    try {
      text = await readWithin(stream, MOST_CHARACTERS, READ_LIMIT_MS, this.closed);
    } catch {
      // A stream breaks off when the connection does; its next revision carries the whole text again.
      this.source.forget(stream.info.id);
      return;
    } finally {
      this.release(sender);
    }
    // The end of a stream may have brought other attributes.
    const attributes = { ...stream.info.attributes };
    if (text === null || !this.isSigned(sender, attributes)) return this.refuse(stream);
    this.queue(stream, sender, text, attributes);
  }

  /** Checks one after the other what comes in one name: a check must not let a later revision overtake an earlier one. */
  private queue(stream: CaptionStream, sender: string, text: string, attributes: Attributes): void {
    const lane = this.lanes.get(sender) ?? { last: Promise.resolve(), waiting: 0 };
    if (lane.waiting >= MOST_WAITING) return this.refuse(stream);
    lane.waiting += 1;
    // Counted from its arrival: what waits in one name waits at the same time.
    const patientUntilMs = performance.now() + KEY_PATIENCE_MS;
    lane.last = lane.last
      .then(() => this.take(stream, sender, text, attributes, patientUntilMs))
      .catch((error: unknown) => console.warn("a caption could not be taken", error))
      .then(() => {
        lane.waiting -= 1;
        if (lane.waiting === 0) this.lanes.delete(sender);
      });
    this.lanes.set(sender, lane);
  }

  private async take(
    stream: CaptionStream,
    sender: string,
    text: string,
    attributes: Attributes,
    patientUntilMs: number,
  ): Promise<void> {
    const key = claimedKey(attributes) ?? "";
    if (this.closed.get()) return;
    const known = (): boolean => this.keys.get().has(key);
    const believed =
      (known() || (await comesTrue(this.keys, known, patientUntilMs - performance.now(), this.closed))) &&
      (await this.check.holds(this.speakerOf(sender, attributes), text, attributes));
    const revision = believed ? readRevision(text, attributes, this.speakerOf(sender, attributes)) : null;
    if (!revision) return this.refuse(stream);
    this.sealed?.(sender);
    const taken = this.log.take(revision, key, this.now());
    const isOver = this.gone.get().has(key) && this.endOpen();
    if (taken || isOver) this.passages.set(this.log.passages());
  }

  private isSigned(sender: string, attributes: Attributes): boolean {
    return isCaptionOf(this.speakerOf(sender, attributes), attributes) && claimedKey(attributes) !== null;
  }

  private speakerOf(sender: string, attributes: Attributes): string {
    return this.sealed ? statedSpeaker(attributes) : sender;
  }

  private refuse(stream: CaptionStream): void {
    this.source.forget(stream.info.id);
    if (this.closed.get()) return;
    if (this.refused.get() === 0) console.warn("captions that do not come from the interpreter are ignored");
    this.refused.update((count) => count + 1);
  }

  private release(sender: string): void {
    const left = (this.open.get(sender) ?? 1) - 1;
    if (left > 0) this.open.set(sender, left);
    else this.open.delete(sender);
  }
}
