import { levelDbfs } from "../logic/mixing";

/** Measures how loud a track is, whichever it is at the moment. */
export class Ear {
  private readonly window = new Float32Array(2048);
  private heard: {
    readonly track: MediaStreamTrack;
    readonly source: MediaStreamAudioSourceNode;
    readonly analyser: AnalyserNode;
  } | null = null;

  constructor(private readonly context: AudioContext) {}

  /** Another device is another track; null listens to nothing. */
  listenTo(track: MediaStreamTrack | null): void {
    if (this.heard?.track === track || (!this.heard && !track)) return;
    this.heard?.source.disconnect();
    this.heard = null;
    if (!track) return;
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    const analyser = this.context.createAnalyser();
    analyser.fftSize = this.window.length;
    source.connect(analyser);
    this.heard = { track, source, analyser };
  }

  /** dB relative to full scale; -Infinity where nothing is listened to. */
  levelDbfs(): number {
    if (!this.heard) return -Infinity;
    this.heard.analyser.getFloatTimeDomainData(this.window);
    return levelDbfs(this.window);
  }
}
