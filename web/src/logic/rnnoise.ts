/** RNNoise, a small network that takes noise out of speech: its WebAssembly, and frames out of pieces. */

/** Samples at 48 kHz, mono; RNNoise knows no other form. */
export const FRAME_SAMPLES = 480;
export const RATE_HZ = 48_000;
/** RNNoise counts as 16 bit samples do. */
const FULL_SCALE = 32_768;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly __wasm_call_ctors: () => void;
  readonly malloc: (bytes: number) => number;
  readonly rnnoise_create: (model: number) => number;
  readonly rnnoise_process_frame: (state: number, out: number, into: number) => number;
}

/** What Emscripten's library asks of its surroundings. The memory it has is enough: it may not grow. */
function surroundings(memory: () => WebAssembly.Memory): WebAssembly.ModuleImports {
  return {
    emscripten_memcpy_big: (to: number, from: number, bytes: number) =>
      void new Uint8Array(memory().buffer).copyWithin(to, from, from + bytes),
    emscripten_resize_heap: () => 0,
    __assert_fail: () => {
      throw new Error("RNNoise failed");
    },
  };
}

/** The state of one stream. */
export class Rnnoise {
  private constructor(
    private readonly exports: Exports,
    private readonly state: number,
    private readonly place: number,
  ) {}

  /** Throws where the program is none, or does not start. Blocks for some milliseconds. */
  static load(program: BufferSource): Rnnoise {
    let exports: Exports | null = null;
    const memory = (): WebAssembly.Memory => {
      if (!exports) throw new Error("RNNoise is not loaded");
      return exports.memory;
    };
    const instance = new WebAssembly.Instance(new WebAssembly.Module(program), { env: surroundings(memory) });
    exports = instance.exports as unknown as Exports;
    exports.__wasm_call_ctors();
    const place = exports.malloc(FRAME_SAMPLES * Float32Array.BYTES_PER_ELEMENT);
    const state = exports.rnnoise_create(0);
    if (!place || !state) throw new Error("RNNoise has no memory");
    return new Rnnoise(exports, state, place);
  }

  /** Shape (FRAME_SAMPLES,), full scale 1; changed in place. */
  clean(frame: Float32Array): void {
    const shared = new Float32Array(this.exports.memory.buffer, this.place, FRAME_SAMPLES);
    for (const [at, sample] of frame.entries()) shared[at] = sample * FULL_SCALE;
    this.exports.rnnoise_process_frame(this.state, this.place, this.place);
    for (const at of frame.keys()) frame[at] = (shared[at] ?? 0) / FULL_SCALE;
  }
}

/** So long a piece an audio worklet hands over. */
const PIECE_SAMPLES = 128;
/** Samples that come out later than they went in, so that there are always enough: 9 ms. */
export const DELAY_SAMPLES = FRAME_SAMPLES - 32;

/** Cuts pieces of 128 samples into frames, and frames into pieces again. */
export class Frames {
  private readonly waiting = new Float32Array(FRAME_SAMPLES);
  private filled = 0;
  private readonly done = new Float32Array(2 * FRAME_SAMPLES + DELAY_SAMPLES);
  private ready = DELAY_SAMPLES;

  constructor(private readonly clean: (frame: Float32Array) => void) {}

  /** Both of shape (128,). */
  process(into: Float32Array, out: Float32Array): void {
    for (const sample of into) {
      this.waiting[this.filled] = sample;
      this.filled += 1;
      if (this.filled === FRAME_SAMPLES) this.finish();
    }
    out.set(this.done.subarray(0, PIECE_SAMPLES));
    this.done.copyWithin(0, PIECE_SAMPLES, this.ready);
    this.ready -= PIECE_SAMPLES;
  }

  private finish(): void {
    this.clean(this.waiting);
    this.done.set(this.waiting, this.ready);
    this.ready += FRAME_SAMPLES;
    this.filled = 0;
  }
}
