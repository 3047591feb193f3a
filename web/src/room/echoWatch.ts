import { EchoFinder } from "../logic/echo";
import worklet from "../worklets/bands.ts?worker&url";

interface Listening {
  readonly track: MediaStreamTrack;
  readonly source: MediaStreamAudioSourceNode;
  readonly node: AudioWorkletNode;
}

/** Compares what this page plays as translation with what its microphone sends, and tells once when they are alike. */
export class EchoWatch {
  private loaded: Promise<void> | null = null;
  private listening: Listening | null = null;
  private wanted: MediaStreamTrack | null = null;
  private told = false;

  constructor(
    private readonly context: AudioContext,
    private readonly translated: AudioNode,
    private readonly onEcho: () => void,
  ) {}

  /** The track that is sent while a translation is played, else null. */
  listenTo(track: MediaStreamTrack | null): void {
    this.wanted = this.told ? null : track;
    if (this.listening?.track === this.wanted || (!this.listening && !this.wanted)) return;
    this.stop();
    if (this.wanted) void this.start(this.wanted);
  }

  /** With another device all is open again. */
  forget(): void {
    this.told = false;
  }

  private async start(track: MediaStreamTrack): Promise<void> {
    try {
      this.loaded ??= this.context.audioWorklet.addModule(worklet);
      await this.loaded;
    } catch (error) {
      this.told = true; // not tried again
      console.warn("echoes are not looked for", error);
      return;
    }
    if (this.wanted !== track || this.listening) return;
    const finder = new EchoFinder();
    const node = new AudioWorkletNode(this.context, "hive-bands", {
      numberOfInputs: 2,
      channelCount: 1,
      channelCountMode: "explicit",
    });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      if (this.listening?.node === node && finder.feedBatch(data)) this.tell();
    };
    const source = this.context.createMediaStreamSource(new MediaStream([track]));
    this.translated.connect(node, 0, 0);
    source.connect(node, 0, 1);
    node.connect(this.context.destination); // silence: browsers run only what leads there
    this.listening = { track, source, node };
  }

  private tell(): void {
    this.told = true;
    this.stop();
    this.onEcho();
  }

  private stop(): void {
    if (!this.listening) return;
    const { source, node } = this.listening;
    this.listening = null;
    this.translated.disconnect(node);
    source.disconnect();
    node.disconnect();
    node.port.close();
  }
}
