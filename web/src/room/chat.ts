import {
  ParticipantKind,
  RoomEvent,
  type ChatMessage as OldMessage,
  type Participant,
  type Room,
} from "livekit-client";
import { Budgets } from "../logic/budget";
import {
  ChatLog,
  isCommand,
  keyOf,
  MOST_UNITS,
  plainMessage,
  readPacket,
  readTranslation,
  translatedKey,
  type ChatMessage,
} from "../logic/chat";
import { isInterpreter } from "../logic/interpreter";
import { CHAT, claimedKey, type SignatureCheck } from "../logic/signatures";
import { Store, type Readable } from "../logic/store";
import { captionSource, type CaptionSource, type CaptionStream } from "./captionFeed";
import { keepChat, type Written } from "./chatShelf";
import type { Directory } from "./directory";
import { keepingAgain } from "./keepingAgain";
import { comesTrue, readWithin } from "./streamText";

const TOPIC = "lk.chat";
/** Packets of LiveKit's own components before they knew text streams. */
const OLDER_TOPIC = "lk-chat-topic";

/** Of one writer, and as the interpreter takes them. */
const AT_ONCE = 10;
const PER_SECOND = 1;
/** In one writer's name come messages, and their translations. */
const STREAMS_AT_ONCE = 2 * AT_ONCE;
const STREAMS_PER_SECOND = 2 * PER_SECOND;
const MOST_OPEN = 4;
const READ_LIMIT_MS = 10_000;
/** The server tells of a new participant up to 3 s late. */
const KEY_PATIENCE_MS = 5000;

export type Sent = "sent" | "too-fast" | "failed";

interface ChatParts {
  readonly directory: Directory;
  /** Public keys of the interpreters that are or were in the room. */
  readonly keys: Readable<ReadonlySet<string>>;
  readonly check: SignatureCheck;
  /** Says when a message came: milliseconds since the epoch. */
  readonly now: () => number;
  /** What this tab received before. */
  readonly earlier: Written;
  readonly source?: CaptionSource;
  /** In an encrypted meeting: translations come in the interpreter's own name. */
  readonly sealed?: boolean;
}

/**
 * The chat of the room: LiveKit's own, so other clients take part in it.
 *
 * Anybody who may send data can write anything. Messages are bounded in length and rate; a translation counts only if
 * an interpreter has signed it; what people are called is the directory's word, and no message's.
 */
export class Chat {
  readonly messages: Store<readonly ChatMessage[]>;
  /** Of others, since the chat was last looked at. */
  readonly unread = new Store(0);
  /** Whether the room lets this person write. */
  readonly mayWrite = new Store(false);
  private readonly log: ChatLog;
  private readonly source: CaptionSource;
  private readonly streams = new Budgets(STREAMS_AT_ONCE, STREAMS_PER_SECOND);
  private readonly written = new Budgets(AT_ONCE, PER_SECOND);
  private readonly open = new Map<string, number>();
  private readonly closed = new Store(false);
  private readonly endKeeping: () => void;
  private looking = false;
  private answers = 0;

  constructor(
    private readonly room: Room,
    name: string,
    private readonly parts: ChatParts,
  ) {
    this.log = new ChatLog(parts.earlier.messages);
    this.messages = new Store(this.log.all());
    this.source = parts.source ?? captionSource(room);
    this.source.registerTextStreamHandler(TOPIC, (stream, { identity }) => void this.receive(stream, identity));
    const look = (): void => this.mayWrite.set(room.localParticipant.permissions?.canPublishData ?? false);
    room
      .on(RoomEvent.Connected, look)
      .on(RoomEvent.Reconnected, look)
      .on(RoomEvent.ParticipantPermissionsChanged, look)
      .on(RoomEvent.ChatMessage, this.receiveOld)
      .on(RoomEvent.DataReceived, this.receivePacket);
    this.endKeeping = keepingAgain(() =>
      keepChat(name, { messages: this.messages.get(), names: parts.directory.names.get() }),
    );
  }

  close(): void {
    this.source.unregisterTextStreamHandler(TOPIC);
    this.room.off(RoomEvent.ChatMessage, this.receiveOld).off(RoomEvent.DataReceived, this.receivePacket);
    this.closed.set(true);
    this.endKeeping();
  }

  /** Whether somebody looks at the chat now: nothing in it is unread then. */
  look(looking: boolean): void {
    this.looking = looking;
    if (looking) this.unread.set(0);
  }

  /** Writes to everybody; the text has something to be seen. */
  async send(text: string): Promise<Sent> {
    const { identity } = this.room.localParticipant;
    if (!this.written.take(identity, performance.now())) return "too-fast";
    // Until livekit-client has heard back from its worker it would send in the clear.
    if (this.parts.sealed && !this.room.isE2EEEnabled) return "failed";
    try {
      const { id } = await this.room.localParticipant.sendText(text, { topic: TOPIC });
      this.add(identity, id, text);
      return "sent";
    } catch (error) {
      console.warn("a message was not sent", error);
      return "failed";
    }
  }

  /** Puts what is said to this person alone below what was written. */
  answer(text: string): void {
    this.put({ key: `answer-${this.parts.now()}-${(this.answers += 1)}`, writer: "", text });
  }

  private async receive(stream: CaptionStream, writer: string): Promise<void> {
    const text = await this.read(stream, writer);
    if (text === null || this.closed.get()) return;
    const attributes = { ...stream.info.attributes };
    const whose = this.parts.sealed ? (attributes["translator.writer"] ?? writer) : writer;
    if (attributes["translator.message"] !== undefined) await this.takeTranslation(whose, text, attributes);
    else this.take(writer, stream.info.id, text);
  }

  private async read(stream: CaptionStream, writer: string): Promise<string | null> {
    const open = this.open.get(writer) ?? 0;
    const worthReading =
      open < MOST_OPEN && (stream.info.size ?? 0) <= 4 * MOST_UNITS && this.streams.take(writer, performance.now());
    if (!worthReading) {
      this.source.forget(stream.info.id);
      return null;
    }
    this.open.set(writer, open + 1);
    let text: string | null = null;
    try {
      text = await readWithin(stream, MOST_UNITS, READ_LIMIT_MS, this.closed);
    } catch {
      // It broke off with the connection, or did not come to its end.
    } finally {
      const left = (this.open.get(writer) ?? 1) - 1;
      if (left > 0) this.open.set(writer, left);
      else this.open.delete(writer);
    }
    if (text === null) this.source.forget(stream.info.id);
    return text;
  }

  private take(writer: string, id: unknown, text: string): void {
    if (isCommand(text) || !this.written.take(writer, performance.now())) return;
    const participant = this.room.remoteParticipants.get(writer);
    const words = plainMessage(text);
    const isAnswer = participant?.kind === ParticipantKind.AGENT && isInterpreter(participant.attributes);
    if (isAnswer && words) this.answer(words);
    else this.add(writer, id, text);
  }

  private async takeTranslation(
    writer: string,
    text: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<void> {
    const message = translatedKey(writer, attributes);
    const key = claimedKey(attributes) ?? "";
    const known = (): boolean => this.parts.keys.get().has(key);
    const believed =
      message !== null &&
      (known() || (await comesTrue(this.parts.keys, known, KEY_PATIENCE_MS, this.closed))) &&
      (await this.parts.check.holds(writer, text, attributes, CHAT));
    const translation = believed ? readTranslation(text, attributes) : null;
    if (!message || !translation || this.closed.get()) return;
    this.log.translate(message, translation);
    this.messages.set(this.log.all());
  }

  private readonly receiveOld = ({ id, message }: OldMessage, participant?: Participant): void => {
    if (participant && !participant.isLocal && !this.parts.sealed)
      this.take(participant.identity, id, message.slice(0, MOST_UNITS));
  };

  private readonly receivePacket = (
    data: Uint8Array,
    participant?: Participant,
    _kind?: unknown,
    topic?: string,
  ): void => {
    const packet = topic === OLDER_TOPIC && participant ? readPacket(data) : null;
    if (packet && participant) this.take(participant.identity, packet.id, packet.text);
  };

  private add(writer: string, id: unknown, text: string): void {
    const key = keyOf(writer, id);
    const words = plainMessage(text);
    if (key && words) this.put({ key, writer, text: words });
  }

  private put(message: Pick<ChatMessage, "key" | "writer" | "text">): void {
    if (!this.log.add({ ...message, atMs: this.parts.now(), translation: null })) return;
    this.messages.set(this.log.all());
    const mine = message.writer === this.room.localParticipant.identity;
    if (!this.looking && !mine) this.unread.update((count) => count + 1);
  }
}
