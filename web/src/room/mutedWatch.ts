import { MutedSpeech, MutedWord } from "../logic/mutedSpeech";
import { Ear } from "./ear";

const LOOK_EVERY_MS = 50;

/**
 * Notices that somebody speaks while they are muted.
 *
 * A muted microphone is closed, so that the browser's sign of recording goes out. Only for those who asked for it
 * it is opened again for this page alone: what it hears is measured, goes nowhere and is not kept.
 */
export class MutedWatch {
  private readonly ear: Ear;
  private readonly word = new MutedWord();
  private running: { readonly ending: AbortController; readonly timer: number } | null = null;

  /** @param onSpeech told when it is to be said, which is rarely. */
  constructor(
    context: AudioContext,
    private readonly onSpeech: () => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.ear = new Ear(context);
  }

  /** Opens the microphone, unless it is open. */
  start(capture: MediaTrackConstraints): void {
    if (this.running) return;
    const ending = new AbortController();
    const speech = new MutedSpeech();
    this.word.muted();
    const look = (): void => {
      if (speech.feed(this.ear.levelDbfs(), this.now()) && this.word.spoke(this.now())) this.onSpeech();
    };
    this.running = { ending, timer: window.setInterval(look, LOOK_EVERY_MS) };
    this.open(capture, ending.signal).catch((error: unknown) =>
      console.info("speech while muted is not noticed", error),
    );
  }

  /** Closes the microphone at once. */
  stop(): void {
    if (!this.running) return;
    window.clearInterval(this.running.timer);
    this.running.ending.abort();
    this.running = null;
    this.ear.listenTo(null);
  }

  private async open(audio: MediaTrackConstraints, signal: AbortSignal): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    const close = (): void => stream.getTracks().forEach((track) => track.stop());
    if (signal.aborted) return close();
    signal.addEventListener("abort", close, { once: true });
    this.ear.listenTo(stream.getAudioTracks()[0] ?? null);
  }
}
