/** How loud a sound is in a few bands of frequency, frame by frame: what a voice is recognised by in another sound. */

/** Where speech has its strength; a loudspeaker and a room change it least there. */
const CENTRES_HZ = [250, 400, 630, 1000, 1500, 2200, 3200] as const;
/** About two thirds of an octave wide. */
const QUALITY = 2.2;
export const BANDS = CENTRES_HZ.length;
export const FRAME_MS = 20;
/** What lies below counts as silence: noise of the microphone itself says nothing. */
export const SILENCE_DBFS = -70;

/** One band-pass of second order. Source: R. Bristow-Johnson, Audio EQ Cookbook, BPF with 0 dB at its peak. */
class BandPass {
  private readonly gain: number;
  private readonly back: readonly [number, number];
  private in1 = 0;
  private in2 = 0;
  private out1 = 0;
  private out2 = 0;

  constructor(centreHz: number, rateHz: number) {
    const angle = (2 * Math.PI * centreHz) / rateHz;
    const alpha = Math.sin(angle) / (2 * QUALITY);
    this.gain = alpha / (1 + alpha);
    this.back = [(-2 * Math.cos(angle)) / (1 + alpha), (1 - alpha) / (1 + alpha)];
  }

  /** Sum of squares of what passes. */
  energy(samples: Float32Array): number {
    let sum = 0;
    for (const sample of samples) {
      const out = this.gain * (sample - this.in2) - this.back[0] * this.out1 - this.back[1] * this.out2;
      this.in2 = this.in1;
      this.in1 = sample;
      this.out2 = this.out1;
      this.out1 = out;
      sum += out * out;
    }
    return sum;
  }
}

/** Turns samples that come in pieces of any length into frames of band levels. */
export class BandLevels {
  private readonly passes: readonly BandPass[];
  private readonly sums = new Float64Array(BANDS);
  private readonly frameSamples: number;
  private counted = 0;

  constructor(rateHz: number) {
    this.passes = CENTRES_HZ.map((centre) => new BandPass(centre, rateHz));
    this.frameSamples = Math.round((rateHz * FRAME_MS) / 1000);
  }

  /**
   * The frame that these samples complete, or null. Shape (BANDS,), dB relative to full scale, never below silence.
   *
   * A piece belongs to one frame as a whole, so it should be much shorter than one.
   */
  feed(samples: Float32Array): Float32Array | null {
    for (const [at, pass] of this.passes.entries()) this.sums[at] = (this.sums[at] ?? 0) + pass.energy(samples);
    this.counted += samples.length;
    if (this.counted < this.frameSamples) return null;
    const frame = Float32Array.from(this.sums, (sum) =>
      Math.max(SILENCE_DBFS, 10 * Math.log10(sum / this.counted + 1e-12)),
    );
    this.sums.fill(0);
    this.counted -= this.frameSamples;
    if (this.counted > this.frameSamples) this.counted = 0;
    return frame;
  }
}
