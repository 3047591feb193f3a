import { RoomEvent, type Room } from "livekit-client";
import type { Interpreter } from "../logic/interpreter";
import { Store, type Readable } from "../logic/store";
import { readWords, WORDS_TOPIC, type WordsBegin } from "../logic/words";

/** Sound takes so much longer than a packet: it waits in the listener's buffer against jitter. */
const SOUND_LATER_MS = 100;
/** More changes than these are not waited for: the interpreter says each at most a moment ahead. */
const MOST_WAITING = 50;
const MOST_CHANNELS = 100;
/** The server tells of a new participant up to 3 s late; its first notices may be there before it. */
const PATIENCE_MS = 5000;
const MOST_EARLY = 50;

/** Came from somebody of whom nothing is known yet. */
interface Early {
  readonly words: WordsBegin;
  readonly from: string;
  readonly atMs: number;
}

/** Follows whose words sound on each of the interpreter's channels. Nobody but the interpreter is believed. */
export class WordsWatch {
  /** By language of the channel: identity of the speaker. */
  readonly speakers = new Store<ReadonlyMap<string, string>>(new Map());
  private readonly waiting = new Set<ReturnType<typeof setTimeout>>();
  private readonly stop: () => void;
  /** A notice is not repeated until somebody else speaks. */
  private early: readonly Early[] = [];

  constructor(
    room: Room,
    private readonly interpreter: Readable<Interpreter>,
  ) {
    room.on(RoomEvent.DataReceived, (data, participant, _kind, topic, _encryption, from) => {
      if (topic !== WORDS_TOPIC || !from || (participant && !participant.isAgent)) return;
      const words = readWords(data);
      if (!words) return;
      if (this.isBelieved(from)) this.take(words);
      else this.early = [...this.early, { words, from, atMs: performance.now() }].slice(-MOST_EARLY);
    });
    this.stop = interpreter.subscribe(() => this.takeEarly());
  }

  close(): void {
    this.stop();
    for (const timer of this.waiting) clearTimeout(timer);
    this.waiting.clear();
  }

  /** Only agents are interpreters. */
  private isBelieved(identity: string): boolean {
    const interpreter = this.interpreter.get();
    return interpreter.present && identity === interpreter.identity;
  }

  private takeEarly(): void {
    const nowMs = performance.now();
    const fresh = this.early.filter(({ atMs }) => nowMs - atMs <= PATIENCE_MS);
    this.early = fresh.filter(({ from }) => !this.isBelieved(from));
    for (const { words, from, atMs } of fresh)
      if (this.isBelieved(from)) this.take({ ...words, inMs: Math.max(0, words.inMs - (nowMs - atMs)) });
  }

  private take({ language, speaker, inMs }: WordsBegin): void {
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
