// @vitest-environment jsdom
import { act, cleanup, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MeetingContext } from "../../src/hooks/useMeeting";
import { useMediaSession } from "../../src/hooks/useMediaSession";
import { Store } from "../../src/logic/store";
import type { Meeting, Microphone } from "../../src/room/meeting";

/** The media controls of a system; it may know fewer buttons than there are. */
class Controls {
  metadata: { title: string } | null = null;
  playbackState = "none";
  readonly buttons = new Map<string, () => void>();
  readonly microphone: boolean[] = [];

  constructor(private readonly known: readonly string[]) {}

  setActionHandler(name: string, press: (() => void) | null): void {
    if (!this.known.includes(name)) throw new TypeError(`${name} is not known`);
    if (press) this.buttons.set(name, press);
    else this.buttons.delete(name);
  }

  setMicrophoneActive(on: boolean): Promise<void> {
    this.microphone.push(on);
    return Promise.resolve();
  }
}

describe("the system's media controls", () => {
  let microphone: Store<Microphone>;
  const setMicrophone = vi.fn();
  const leave = vi.fn();

  function shown(controls: Controls | undefined, maySpeak = true) {
    vi.stubGlobal("navigator", controls ? { mediaSession: controls } : {});
    const meeting = { microphone, maySpeak, setMicrophone } as unknown as Meeting;
    return renderHook(() => useMediaSession("Quarterly review", leave), {
      wrapper: ({ children }) => <MeetingContext value={meeting}>{children}</MeetingContext>,
    });
  }

  beforeEach(() => {
    microphone = new Store<Microphone>({ state: "off" });
    setMicrophone.mockReset();
    leave.mockReset();
    vi.stubGlobal(
      "MediaMetadata",
      class {
        constructor(described: object) {
          Object.assign(this, described);
        }
      },
    );
  });
  afterEach(() => {
    cleanup();
    vi.unstubAllGlobals();
  });

  it("name the meeting, turn the microphone on and off, and leave", () => {
    const controls = new Controls(["togglemicrophone", "hangup"]);
    const { unmount } = shown(controls);
    expect([controls.metadata?.title, controls.playbackState]).toEqual(["Quarterly review", "playing"]);

    controls.buttons.get("togglemicrophone")?.();
    act(() => microphone.set({ state: "on" }));
    controls.buttons.get("togglemicrophone")?.();
    controls.buttons.get("hangup")?.();
    expect(setMicrophone.mock.calls).toEqual([[true], [false]]);
    expect(controls.microphone).toEqual([false, true]);
    expect(leave).toHaveBeenCalledOnce();

    unmount();
    expect([controls.metadata, controls.playbackState, controls.buttons.size]).toEqual([null, "none", 0]);
  });

  it("do nothing to the microphone of somebody who may not speak", () => {
    const controls = new Controls(["togglemicrophone", "hangup"]);
    shown(controls, false);
    controls.buttons.get("togglemicrophone")?.();
    expect(setMicrophone).not.toHaveBeenCalled();
  });

  it("are left alone as far as a browser lacks them", () => {
    const some = new Controls(["hangup"]);
    shown(some).unmount();
    expect(some.microphone).toEqual([false]);
    expect(() => shown(undefined).unmount()).not.toThrow();
  });
});
