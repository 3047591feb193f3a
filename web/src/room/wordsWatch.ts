import { RoomEvent, type RemoteParticipant, type Room } from "livekit-client";
import type { Interpreter } from "../logic/interpreter";
import { Store, type Readable } from "../logic/store";
import { readWords, WORDS_TOPIC } from "../logic/words";

/** Sound takes so much longer than a packet: it waits in the listener's buffer against jitter. */
const SOUND_LATER_MS = 100;
/** More changes than these are not waited for: the interpreter says each at most a moment ahead. */
const MOST_WAITING = 50;
const MOST_CHANNELS = 100;

/** Follows whose words sound on each of the interpreter's channels. Nobody but the interpreter is believed. */
export class WordsWatch {
  /** By language of the channel: identity of the speaker. */
  readonly speakers = new Store<ReadonlyMap<string, string>>(new Map());
  private readonly waiting = new Set<ReturnType<typeof setTimeout>>();

  constructor(
    room: Room,
    private readonly interpreter: Readable<Interpreter>,
  ) {
    room.on(RoomEvent.DataReceived, (data, from, _, topic) => {
      if (topic === WORDS_TOPIC && this.isBelieved(from)) this.take(data);
    });
  }

  close(): void {
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting.clear();
  }

  private isBelieved(from: RemoteParticipant | undefined): boolean {
    const interpreter = this.interpreter.get();
    return from !== undefined && from.isAgent && interpreter.present && from.identity === interpreter.identity;
  }

  private take(data: Uint8Array): void {
    const words = readWords(data);
    if (!words) return;
    const { language, speaker, inMs } = words;
    // Behind silence nothing is cut off by being early; behind somebody else's words their end is.
    if (inMs === 0 || this.waiting.size >= MOST_WAITING) {
      this.set(language, speaker);
      return;
    }
    const timer = setTimeout(() => {
      this.waiting.delete(timer);
      this.set(language, speaker);
    }, inMs + SOUND_LATER_MS);
    this.waiting.add(timer);
  }

  private set(language: string, speaker: string): void {
    const before = this.speakers.get();
    if (before.get(language) === speaker) return;
    const others = [...before].filter(([code]) => code !== language).slice(1 - MOST_CHANNELS);
    this.speakers.set(new Map([...others, [language, speaker]]));
  }
}
