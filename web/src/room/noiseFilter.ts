import program from "@sapphi-red/web-noise-suppressor/rnnoise.wasm?url";
import type { AudioProcessorOptions, Track, TrackProcessor } from "livekit-client";
import { RATE_HZ } from "../logic/rnnoise";
import worklet from "../worklets/rnnoise.ts?worker&url";

const START_LIMIT_MS = 10_000;

interface Graph {
  readonly context: AudioContext;
  readonly source: MediaStreamAudioSourceNode;
  readonly node: AudioWorkletNode;
  readonly sent: MediaStreamTrack;
}

/** RNNoise between the microphone and the room. Where it fails, the microphone is sent as it is. */
export class NoiseFilter implements TrackProcessor<Track.Kind.Audio, AudioProcessorOptions> {
  readonly name = "rnnoise";
  processedTrack?: MediaStreamTrack;
  private graph: Graph | null = null;

  /** @param onFailure called when it fails later than at its start. */
  constructor(private readonly onFailure: () => void) {}

  /** Throws where it cannot start: the track then stays as it was. */
  async init({ track }: AudioProcessorOptions): Promise<void> {
    this.graph = await built(track, () => this.graph && this.onFailure());
    this.processedTrack = this.graph.sent;
  }

  /** Never throws: livekit-client would take that for a microphone that does not open. */
  async restart(options: AudioProcessorOptions): Promise<void> {
    await this.destroy();
    try {
      await this.init(options);
    } catch (error) {
      console.warn("the noise filter did not start again", error);
      this.onFailure();
    }
  }

  async destroy(): Promise<void> {
    const { graph } = this;
    this.graph = null;
    delete this.processedTrack;
    if (!graph) return;
    graph.source.disconnect();
    graph.sent.stop();
    await graph.context.close();
  }
}

/** Throws where a part is missing or does not start in time; nothing of it is left then. */
async function built(track: MediaStreamTrack, onFailure: () => void): Promise<Graph> {
  const context = new AudioContext({ sampleRate: RATE_HZ, latencyHint: "interactive" });
  const limit = AbortSignal.timeout(START_LIMIT_MS);
  try {
    const [answer] = await Promise.all([fetch(program, { signal: limit }), context.audioWorklet.addModule(worklet)]);
    if (!answer.ok) throw new Error(`the noise filter was not sent: ${answer.status}`);
    const node = new AudioWorkletNode(context, "hive-rnnoise", {
      channelCount: 1,
      channelCountMode: "explicit",
      outputChannelCount: [1],
      processorOptions: { program: await answer.arrayBuffer() },
    });
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const destination = context.createMediaStreamDestination();
    source.connect(node).connect(destination);
    await started(node, limit);
    node.onprocessorerror = onFailure;
    const [sent] = destination.stream.getAudioTracks();
    if (!sent) throw new Error("this browser gives no track of a sound");
    return { context, source, node, sent };
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** Returns once the worklet says that it is ready. */
function started(node: AudioWorkletNode, limit: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new Error("the noise filter does not start"));
    node.port.onmessage = ({ data }) => (data === "ready" ? resolve() : refuse());
    node.onprocessorerror = refuse;
    limit.addEventListener("abort", refuse, { once: true });
  });
}
