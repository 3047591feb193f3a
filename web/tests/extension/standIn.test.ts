// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { standIn } from "../../../extension/src/page/standIn";

/** What the stand-in needs of a track. */
class Track extends EventTarget {
  readonly stop = vi.fn();
  constructor(readonly label: string) {
    super();
  }
  clone(): Track {
    return new Track(this.label);
  }
  getSettings(): MediaTrackSettings {
    return { deviceId: this.label };
  }
  getCapabilities(): MediaTrackCapabilities {
    return {};
  }
  getConstraints(): MediaTrackConstraints {
    return {};
  }
  applyConstraints(): Promise<void> {
    return Promise.resolve();
  }
}

function pair(): { microphone: Track; stands: MediaStreamTrack; ended: () => void } {
  const microphone = new Track("Headset");
  const ended = vi.fn();
  const cast = (track: Track): MediaStreamTrack => track as unknown as MediaStreamTrack;
  return { microphone, ended, stands: standIn(cast(new Track("")), cast(microphone), ended) };
}

describe("the track in place of a microphone", () => {
  it("answers like it", () => {
    const { stands } = pair();
    expect([stands.label, stands.getSettings().deviceId]).toEqual(["Headset", "Headset"]);
    expect(stands.clone().label).toBe("Headset");
  });

  it("stops it with its last copy, once", () => {
    const { microphone, stands, ended } = pair();
    const copy = stands.clone();
    stands.stop();
    stands.stop();
    expect(microphone.stop).not.toHaveBeenCalled();
    copy.stop();
    expect(microphone.stop).toHaveBeenCalledOnce();
    expect(ended).toHaveBeenCalledOnce();
  });

  it("ends when it is unplugged", () => {
    const { microphone, stands } = pair();
    const ended = vi.fn();
    stands.addEventListener("ended", ended);
    microphone.dispatchEvent(new Event("ended"));
    expect(ended).toHaveBeenCalledOnce();
  });
});
