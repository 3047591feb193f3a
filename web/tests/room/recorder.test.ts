import { beforeEach, describe, expect, it, vi } from "vitest";
import { Store } from "../../src/logic/store";
import { HeardRecorder } from "../../src/room/recorder";
import { FakeMediaRecorder, fakeMixer } from "../fakes/recording";

describe("a recording of what is heard", () => {
  let allowed: Store<boolean>;
  let recorder: HeardRecorder;
  let taps: ReadonlySet<object>;

  beforeEach(() => {
    vi.stubGlobal("MediaRecorder", FakeMediaRecorder);
    FakeMediaRecorder.made = [];
    FakeMediaRecorder.failure = null;
    allowed = new Store(true);
    const { mixer, taps: own } = fakeMixer();
    taps = own;
    recorder = new HeardRecorder(mixer, allowed);
  });

  const kept = async (): Promise<string> => {
    const state = recorder.state.get();
    if (state.state !== "ready") throw new Error(state.state);
    return state.blob.text();
  };

  it("ends as soon as it is forbidden, and is kept for who made it", async () => {
    recorder.start();
    FakeMediaRecorder.made[0]?.hears("until then");
    allowed.set(false);

    expect(await kept()).toBe("until then");
    expect(taps.size).toBe(0);
  });

  it("does not begin while it is forbidden, and may begin again", () => {
    allowed.set(false);
    recorder.start();
    expect([recorder.state.get(), FakeMediaRecorder.made.length]).toEqual([{ state: "idle" }, 0]);
    allowed.set(true);
    recorder.start();
    expect(recorder.state.get().state).toBe("recording");
  });

  it("that was made before is kept when recording is forbidden", async () => {
    recorder.start();
    FakeMediaRecorder.made[0]?.hears("all of it");
    await recorder.stop();
    allowed.set(false);

    expect(await kept()).toBe("all of it");
  });

  it("that cannot begin says so and leaves nothing behind", () => {
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    FakeMediaRecorder.failure = new DOMException("no such codec", "NotSupportedError");
    recorder.start();

    expect([recorder.state.get(), taps.size]).toEqual([{ state: "failed" }, 0]);
  });

  it("that fails on the way is over, with what there was", async () => {
    recorder.start();
    FakeMediaRecorder.made[0]?.hears("half");
    FakeMediaRecorder.made[0]?.fail();
    expect(await kept()).toBe("half");

    recorder.start();
    FakeMediaRecorder.made[1]?.fail();
    expect([recorder.state.get(), taps.size]).toEqual([{ state: "failed" }, 0]);
  });
});
