import { ParticipantKind, Track, type Room } from "livekit-client";
import { stillListening, type Interpreter } from "../logic/interpreter";
import { levelDbfs } from "../logic/mixing";
import { Store, type Readable } from "../logic/store";
import { WaitSign } from "../logic/waitSign";
import type { Wishes } from "../logic/wishes";

const LOOK_EVERY_MS = 100;

interface WaitInputs {
  readonly interpreter: Readable<Interpreter>;
  readonly wishes: Readable<Wishes>;
}

/** Listens to this person's own microphone, and counts who still listens once they have stopped speaking. */
export class WaitWatch {
  readonly waiting = new Store(0);
  private readonly sign = new WaitSign();
  private readonly window = new Float32Array(2048);
  private readonly timer: number;
  private ear: { readonly track: MediaStreamTrack; source: MediaStreamAudioSourceNode; analyser: AnalyserNode } | null =
    null;

  constructor(
    private readonly room: Room,
    private readonly context: AudioContext,
    private readonly inputs: WaitInputs,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.timer = window.setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  close(): void {
    window.clearInterval(this.timer);
    this.listenTo(null);
    this.waiting.set(0);
  }

  private look(): void {
    const { localParticipant, activeSpeakers } = this.room;
    const publication = localParticipant.getTrackPublication(Track.Source.Microphone);
    const open = publication && !publication.isMuted ? (publication.track?.mediaStreamTrack ?? null) : null;
    this.listenTo(open);
    this.waiting.set(
      this.sign.feed({
        nowMs: this.now(),
        levelDbfs: this.level(),
        othersSpeak: activeSpeakers.some(({ isLocal, kind }) => !isLocal && kind !== ParticipantKind.AGENT),
        listeners: stillListening(this.inputs.interpreter.get(), this.inputs.wishes.get().listen),
      }),
    );
  }

  private level(): number {
    if (!this.ear) return -Infinity;
    this.ear.analyser.getFloatTimeDomainData(this.window);
    return levelDbfs(this.window);
  }

  /** Another device is another track. */
  private listenTo(track: MediaStreamTrack | null): void {
    if (this.ear?.track === track || (!this.ear && !track)) return;
    this.ear?.source.disconnect();
    this.ear = null;
    if (!track) return;
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.context.createAnalyser();
    analyser.fftSize = this.window.length;
    source.connect(analyser);
    this.ear = { track, source, analyser };
  }
}
