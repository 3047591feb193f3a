import { Store, type Readable } from "../logic/store";
import type { Mixer } from "./mixer";

export type Recording =
  | { readonly state: "idle" }
  | { readonly state: "recording"; readonly sinceMs: number }
  | {
      readonly state: "ready";
      readonly blob: Blob;
      readonly extension: string;
      readonly seconds: number;
      /** Whether the person has it as a file. */
      readonly saved: boolean;
    }
  | { readonly state: "failed" };

const SLICE_MS = 5_000;
const KINDS: readonly [mimeType: string, extension: string][] = [
  ["audio/webm;codecs=opus", "webm"],
  ["audio/ogg;codecs=opus", "ogg"],
  ["audio/mp4", "m4a"],
];

/** Records in this browser what this person hears, mixed as they hear it, for as long as that is allowed. */
export class HeardRecorder {
  readonly state = new Store<Recording>({ state: "idle" });
  private stopping: (() => Promise<void>) | null = null;

  constructor(
    private readonly mixer: Pick<Mixer, "context" | "output">,
    private readonly allowed: Readable<boolean>,
  ) {
    allowed.subscribe(() => {
      if (!allowed.get()) void this.stop();
    });
  }

  static get possible(): boolean {
    return typeof MediaRecorder !== "undefined";
  }

  start(): void {
    if (this.stopping || !this.allowed.get()) return;
    const tap = this.mixer.context.createMediaStreamDestination();
    this.mixer.output.connect(tap);
    try {
      this.record(tap);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      console.warn("the recording could not begin", error);
      this.mixer.output.disconnect(tap);
      this.state.update((before) => (before.state === "ready" ? before : { state: "failed" }));
    }
  }

  private record(tap: MediaStreamAudioDestinationNode): void {
    const kind = KINDS.find(([mimeType]) => MediaRecorder.isTypeSupported(mimeType));
    const recorder = new MediaRecorder(tap.stream, {
      audioBitsPerSecond: 64_000,
      ...(kind ? { mimeType: kind[0] } : {}),
    });
    const slices: Blob[] = [];
    const sinceMs = performance.now();
    recorder.addEventListener("dataavailable", ({ data }) => slices.push(data));
    // Comes last whatever ends the recording: the person, the rule, or a failure.
    const stopped = new Promise<void>((resolve) => {
      recorder.addEventListener("stop", () => {
        this.mixer.output.disconnect(tap);
        this.stopping = null;
        const blob = new Blob(slices, { type: recorder.mimeType });
        const seconds = Math.round((performance.now() - sinceMs) / 1000);
        const ready: Recording = { state: "ready", blob, extension: kind?.[1] ?? "webm", seconds, saved: false };
        this.state.set(blob.size > 0 ? ready : { state: "failed" });
        resolve();
      });
    });
    recorder.start(SLICE_MS);
    this.stopping = async () => {
      if (recorder.state !== "inactive") recorder.stop();
      await stopped;
    };
    this.state.set({ state: "recording", sinceMs });
  }

  /** The person has saved what is ready. */
  saved(): void {
    this.state.update((before) => (before.state === "ready" ? { ...before, saved: true } : before));
  }

  async stop(): Promise<void> {
    await this.stopping?.();
  }
}
