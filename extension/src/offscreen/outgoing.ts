import { levelDbfs, SpeechGate } from "@hive/logic/mixing";
import { Store } from "@hive/logic/store";

const LOOK_EVERY_MS = 40;

/** The translation that the others are to hear: one stream for the whole call, whatever track it comes on. */
export class Outgoing {
  readonly stream: MediaStream;
  /** Whether it sounds just now. */
  readonly speaking = new Store(false);
  private readonly destination: MediaStreamAudioDestinationNode;
  private readonly analyser: AnalyserNode;
  private readonly gate = new SpeechGate();
  private readonly element = new Audio();
  private readonly window = new Float32Array(2048);
  private readonly timer: ReturnType<typeof setInterval>;
  private source: MediaStreamAudioSourceNode | null = null;

  constructor(private readonly context: AudioContext) {
    this.destination = context.createMediaStreamDestination();
    this.destination.channelCount = 1;
    this.stream = this.destination.stream;
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = this.window.length;
    this.element.muted = true;
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** null for silence. */
  play(track: MediaStreamTrack | null): void {
    this.source?.disconnect();
    this.source = null;
    const stream = track && new MediaStream([track]);
    // Chromium keeps a remote track silent in Web Audio unless an element plays it too; muted, it adds no sound.
    this.element.srcObject = stream;
    if (!stream) return;
    this.element.play().catch(() => undefined); // replaced by another before it began
    this.source = this.context.createMediaStreamSource(stream);
    this.source.connect(this.destination);
    this.source.connect(this.analyser);
  }

  close(): void {
    clearInterval(this.timer);
    this.play(null);
  }

  private look(): void {
    this.analyser.getFloatTimeDomainData(this.window);
    this.speaking.set(this.gate.feed(this.source ? levelDbfs(this.window) : -Infinity, performance.now()));
  }
}
