import { ParticipantKind, type Room } from "livekit-client";
import { stillListening, type Interpreter } from "../logic/interpreter";
import { Store, type Readable } from "../logic/store";
import { WaitSign } from "../logic/waitSign";
import type { Wishes } from "../logic/wishes";

const LOOK_EVERY_MS = 100;

interface WaitInputs {
  /** Of one's own microphone in dB relative to full scale; -Infinity while it is muted. */
  readonly levelDbfs: () => number;
  readonly interpreter: Readable<Interpreter>;
  readonly wishes: Readable<Wishes>;
}

/** Listens to this person's own microphone, and counts who still listens once they have stopped speaking. */
export class WaitWatch {
  readonly waiting = new Store(0);
  private readonly sign = new WaitSign();
  private readonly timer: number;

  constructor(
    private readonly room: Room,
    private readonly inputs: WaitInputs,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.timer = window.setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  close(): void {
    window.clearInterval(this.timer);
    this.waiting.set(0);
  }

  private look(): void {
    const { activeSpeakers } = this.room;
    this.waiting.set(
      this.sign.feed({
        nowMs: this.now(),
        levelDbfs: this.inputs.levelDbfs(),
        othersSpeak: activeSpeakers.some(({ isLocal, kind }) => !isLocal && kind !== ParticipantKind.AGENT),
        listeners: stillListening(this.inputs.interpreter.get(), this.inputs.wishes.get().listen),
      }),
    );
  }
}
