import { RoomEvent, type Participant, type Room } from "livekit-client";
import { stillListening, type Interpreter } from "../logic/interpreter";
import { Store, type Readable } from "../logic/store";
import { STOPPED_FOR_MS, WaitSign } from "../logic/waitSign";
import { isPerson } from "./directory";

const LOOK_EVERY_MS = 200;

interface Turn {
  readonly sign: WaitSign;
  lastMs: number;
}

/**
 * Who of the others has just stopped speaking, and how many still listen to what they said, this person among them.
 *
 * Looks only while somebody has spoken lately. One's own words are `WaitWatch`'s, which hears the microphone itself.
 */
export class WaitRings {
  /** By identity; who is not in it is waited for by nobody. */
  readonly waiting = new Store<ReadonlyMap<string, number>>(new Map());
  private readonly turns = new Map<string, Turn>();
  private timer: number | undefined;

  constructor(
    private readonly room: Pick<Room, "on" | "activeSpeakers" | "remoteParticipants">,
    private readonly interpreter: Readable<Interpreter>,
    private readonly now: () => number = () => performance.now(),
  ) {
    room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => this.begin(speakers));
  }

  close(): void {
    window.clearInterval(this.timer);
    this.timer = undefined;
    this.turns.clear();
    this.waiting.set(new Map());
  }

  private begin(speakers: readonly Participant[]): void {
    for (const { identity, isLocal } of speakers.filter(isPerson))
      if (!isLocal && !this.turns.has(identity)) this.turns.set(identity, { sign: new WaitSign(), lastMs: this.now() });
    if (this.turns.size) this.timer ??= window.setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  private look(): void {
    const nowMs = this.now();
    const speaking = new Set(this.room.activeSpeakers.filter(isPerson).map(({ identity }) => identity));
    const listeners = stillListening(this.interpreter.get(), "off");
    const waiting = new Map<string, number>();
    for (const [identity, turn] of this.turns) {
      const speaks = speaking.has(identity);
      const othersSpeak = speaking.size > (speaks ? 1 : 0);
      if (speaks) turn.lastMs = nowMs;
      else if (othersSpeak || nowMs - turn.lastMs > STOPPED_FOR_MS || !this.room.remoteParticipants.has(identity))
        this.turns.delete(identity);
      const count = turn.sign.feed({ nowMs, levelDbfs: speaks ? 0 : -Infinity, othersSpeak, listeners });
      if (count > 0) waiting.set(identity, count);
    }
    if (!sameCounts(waiting, this.waiting.get())) this.waiting.set(waiting);
    if (!this.turns.size) this.close();
  }
}

function sameCounts(one: ReadonlyMap<string, number>, other: ReadonlyMap<string, number>): boolean {
  return one.size === other.size && [...one].every(([identity, count]) => other.get(identity) === count);
}
