/** Scripted microphones: which are open, and what is asked of them. */

import { vi } from "vitest";

export class FakeTrack {
  readyState: "live" | "ended" = "live";

  constructor(readonly asked: MediaTrackConstraints) {}

  stop(): void {
    this.readyState = "ended";
  }
}

/** The media devices of a page; `devices` may change, and `refuse` makes the next opening fail. */
export class FakeMedia {
  readonly opened: FakeTrack[] = [];
  devices: Partial<MediaDeviceInfo>[] = [];
  refuse: Error | null = null;

  get live(): number {
    return this.opened.filter(({ readyState }) => readyState === "live").length;
  }

  getUserMedia({ audio }: { audio: MediaTrackConstraints }): Promise<unknown> {
    if (this.refuse) return Promise.reject(this.refuse);
    const track = new FakeTrack(audio);
    this.opened.push(track);
    return Promise.resolve({ getTracks: () => [track], getAudioTracks: () => [track] });
  }

  enumerateDevices(): Promise<unknown> {
    return Promise.resolve(this.devices);
  }
}

export function stubMedia(): FakeMedia {
  const media = new FakeMedia();
  vi.stubGlobal("navigator", { mediaDevices: media });
  return media;
}
