/** A scripted MediaRecorder, and a mixer to record from. */

import type { Mixer } from "../../src/room/mixer";

export class FakeMediaRecorder extends EventTarget {
  static made: FakeMediaRecorder[] = [];
  /** What the next one fails with. */
  static failure: DOMException | null = null;
  state: "inactive" | "recording" = "inactive";
  mimeType = "audio/webm";

  constructor() {
    super();
    if (FakeMediaRecorder.failure) throw FakeMediaRecorder.failure;
    FakeMediaRecorder.made.push(this);
  }

  static isTypeSupported(mimeType: string): boolean {
    return mimeType.startsWith("audio/webm");
  }

  start(): void {
    this.state = "recording";
  }

  hears(words: string): void {
    this.dispatchEvent(Object.assign(new Event("dataavailable"), { data: new Blob([words]) }));
  }

  stop(): void {
    this.state = "inactive";
    this.dispatchEvent(new Event("stop"));
  }

  /** As the standard has it: the error first, then whatever there is, then the end. */
  fail(): void {
    this.state = "inactive";
    this.dispatchEvent(new Event("error"));
    this.hears("");
    this.dispatchEvent(new Event("stop"));
  }
}

/** A mixer whose output remembers what taps it. */
export function fakeMixer() {
  const taps = new Set<object>();
  const context = { createMediaStreamDestination: () => ({ stream: {} }) };
  const output = { connect: (tap: object) => taps.add(tap), disconnect: (tap: object) => taps.delete(tap) };
  return { taps, mixer: { context, output } as unknown as Pick<Mixer, "context" | "output"> };
}
