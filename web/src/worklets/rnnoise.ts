/** Takes noise out of the first channel that comes in. Says "ready" or "failed" once. */

import { Frames, Rnnoise } from "../logic/rnnoise";

class RnnoiseProcessor extends AudioWorkletProcessor {
  private frames: Frames | null = null;

  constructor({ processorOptions }: { readonly processorOptions: unknown }) {
    super();
    try {
      const rnnoise = Rnnoise.load((processorOptions as { readonly program: ArrayBuffer }).program);
      this.frames = new Frames((frame) => rnnoise.clean(frame));
      this.port.postMessage("ready");
    } catch {
      this.port.postMessage("failed");
    }
  }

  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    const [into, out] = [input?.[0], output?.[0]];
    if (into && out) this.frames?.process(into, out);
    return this.frames !== null;
  }
}

registerProcessor("hive-rnnoise", RnnoiseProcessor);
