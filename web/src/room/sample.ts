import { Track, type Room } from "livekit-client";
import sampleUrl from "../sounds/sample.flac";
import { Store } from "../logic/store";
import type { Wishes } from "../logic/wishes";

/** What is spoken in the sample. */
export const SAMPLE_LANGUAGE = "en";
export const SAMPLE_TRACK = "sample";

const FETCH_LIMIT_MS = 20_000;
/** Silence behind the last word, so that the interpreter hears that it was the last. */
const REST_MS = 1500;

export type SampleState = "idle" | "loading" | "playing" | "failed";

/** What the sample needs of a meeting. */
export interface SampleStage {
  readonly room: Room;
  readonly context: AudioContext;
  /** Where this person hears it themselves. */
  readonly output: AudioNode;
  readonly wishes: Store<Wishes>;
  readonly isMicrophoneOn: () => boolean;
  readonly setMicrophone: (on: boolean) => Promise<void>;
}

/**
 * A short talk that goes into the room as this person's own sound, so that they see the interpreter work while nobody
 * else is there. Meanwhile their microphone is off, and they count as speaking its language.
 */
export class Sample {
  readonly state = new Store<SampleState>("idle");
  private stopping: AbortController | null = null;
  private ended: Promise<void> = Promise.resolve();

  constructor(private readonly stage: SampleStage) {}

  /** Plays it to its end, or until `stop`. */
  play(): void {
    if (this.stopping) return;
    const stopping = new AbortController();
    this.stopping = stopping;
    this.state.set("loading");
    this.ended = this.run(stopping.signal)
      .then(() => this.state.set("idle"))
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) console.warn("the sample could not be played", error);
        this.state.set(stopping.signal.aborted ? "idle" : "failed");
      })
      .finally(() => {
        this.stopping = null;
      });
  }

  /** Returns once all is as it was before. */
  async stop(): Promise<void> {
    this.stopping?.abort();
    await this.ended;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { context, wishes } = this.stage;
    const talk = await context.decodeAudioData(await fetched(signal));
    if (signal.aborted) return;

    const before = wishes.get();
    const wasOn = this.stage.isMicrophoneOn();
    wishes.set({ ...before, speak: SAMPLE_LANGUAGE, push: "always" });
    try {
      if (wasOn) await this.stage.setMicrophone(false);
      await this.publish(talk, signal);
    } finally {
      // What was chosen meanwhile stays.
      wishes.update((now) => ({
        ...now,
        speak: now.speak === SAMPLE_LANGUAGE ? before.speak : now.speak,
        push: now.push === "always" ? before.push : now.push,
      }));
      if (wasOn) await this.stage.setMicrophone(true);
    }
  }

  private async publish(talk: AudioBuffer, signal: AbortSignal): Promise<void> {
    const { room, context, output } = this.stage;
    const sent = context.createMediaStreamDestination();
    const [media] = sent.stream.getAudioTracks();
    if (!media) throw new Error("this browser gives no track of a sound");
    try {
      // As a microphone: the interpreter listens to those, and the right to publish names them.
      await room.localParticipant.publishTrack(media, { name: SAMPLE_TRACK, source: Track.Source.Microphone });
      if (signal.aborted) return;
      this.state.set("playing");
      const source = context.createBufferSource();
      source.buffer = talk;
      source.connect(sent);
      source.connect(output);
      await playedOut(source, signal);
      source.disconnect();
      if (!signal.aborted) await rest(signal);
    } finally {
      await room.localParticipant.unpublishTrack(media, true);
    }
  }
}

async function fetched(signal: AbortSignal): Promise<ArrayBuffer> {
  const fetching = new AbortController();
  const abort = (): void => fetching.abort();
  const timer = setTimeout(abort, FETCH_LIMIT_MS);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const answer = await fetch(sampleUrl, { signal: fetching.signal });
    if (!answer.ok) throw new Error(`the sample was not sent: ${answer.status}`);
    return await answer.arrayBuffer();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

/** Returns when the sound has ended, or is to. */
function playedOut(source: AudioBufferSourceNode, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => source.stop();
    signal.addEventListener("abort", stop, { once: true });
    source.addEventListener("ended", () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    source.start();
  });
}

function rest(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, REST_MS);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
