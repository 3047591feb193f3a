import { LocalAudioTrack, RoomEvent, Track, type Room } from "livekit-client";
import { beforeEach, expect, it, vi } from "vitest";
import type { Processing } from "../../src/logic/processing";
import { MicrophoneKeeper } from "../../src/room/microphoneKeeper";
import { FakeRoom } from "../fakes/room";

const STANDARD: Processing = { echoCancellation: true, noise: "standard", autoGain: true };

let steps: string[];

/** A published microphone; it does what `obeys` says when it is asked to change while it runs. */
class FakeMicrophone {
  settings: MediaTrackSettings = {
    echoCancellation: true,
    noiseSuppression: true,
    autoGainControl: true,
    deviceId: "desk",
  };
  readonly constraints: MediaTrackConstraints = { deviceId: "wish" };
  isMuted = false;
  obeys = false;
  processor: unknown;
  /** What starting a filter does. */
  start: () => Promise<void> = () => Promise.resolve();

  readonly track = Object.create(LocalAudioTrack.prototype, {
    constraints: { get: () => this.constraints },
    isMuted: { get: () => this.isMuted },
    getSourceTrackSettings: { value: () => this.settings },
    applyConstraints: { value: async (wanted: object) => void (this.obeys && Object.assign(this.settings, wanted)) },
    restartTrack: {
      value: async ({ deviceId, ...wanted }: MediaTrackConstraints) => {
        steps.push(`opened anew: ${String(deviceId)}`);
        Object.assign(this.settings, wanted);
      },
    },
    getProcessor: { value: () => this.processor },
    setProcessor: { value: (filter: unknown) => this.start().then(() => void (this.processor = filter)) },
    stopProcessor: { value: async () => void (this.processor = undefined) },
  }) as LocalAudioTrack;
}

let room: FakeRoom & { options: { audioCaptureDefaults?: object } };
let microphone: FakeMicrophone;
let failures: number;
let keeper: MicrophoneKeeper;

beforeEach(() => {
  steps = [];
  microphone = new FakeMicrophone();
  failures = 0;
  const publication = { source: Track.Source.Microphone, trackName: "", track: microphone.track };
  room = Object.assign(new FakeRoom(), { options: {}, off: () => undefined });
  Object.assign(room.localParticipant, { audioTrackPublications: new Map([["one", publication]]) });
  keeper = new MicrophoneKeeper(
    room as unknown as Room,
    STANDARD,
    () => Promise.resolve(void steps.push("a pause")),
    () => (failures += 1),
    () => Promise.resolve({ NoiseFilter: class {} as never }),
  );
  vi.spyOn(console, "warn").mockReturnValue(undefined);
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

it("a running microphone that obeys is changed as it is", async () => {
  microphone.obeys = true;
  keeper.set({ ...STANDARD, echoCancellation: false });
  await settled();

  expect(microphone.settings.echoCancellation).toBe(false);
  expect(steps).toEqual([]);
});

it("one that does not is opened anew, in a pause", async () => {
  keeper.set({ ...STANDARD, noise: "off" });
  await settled();

  expect(steps).toEqual(["a pause", "opened anew: wish"]);
  expect(microphone.settings.noiseSuppression).toBe(false);
});

it("a muted one stays closed, and is opened again as it was wished for", async () => {
  microphone.isMuted = true;
  keeper.set({ ...STANDARD, autoGain: false });
  await settled();

  expect(steps).toEqual([]);
  expect(microphone.constraints).toMatchObject({ autoGainControl: false, echoCancellation: true });
});

it("strong suppression takes the place of the browser's, also on a microphone published later, and goes again", async () => {
  keeper.set({ ...STANDARD, noise: "strong" });
  await settled();
  expect([microphone.processor !== undefined, microphone.settings.noiseSuppression]).toEqual([true, false]);
  microphone.processor = undefined; // a new publication begins without
  room.emit(RoomEvent.LocalTrackPublished, { source: Track.Source.Microphone, trackName: "" });
  await settled();
  expect(microphone.processor).toBeDefined();
  keeper.set(STANDARD);
  await settled();

  expect([microphone.processor, microphone.settings.noiseSuppression, failures]).toEqual([undefined, true, 0]);
});

it("where it does not start, that is told and the browser's own takes over, until it is asked for anew", async () => {
  microphone.start = () => Promise.reject(new Error("no WebAssembly"));
  keeper.set({ ...STANDARD, noise: "strong" });
  await settled();
  expect([failures, microphone.processor, microphone.settings.noiseSuppression]).toEqual([1, undefined, true]);
  expect(room.options.audioCaptureDefaults).toMatchObject({ noiseSuppression: true });

  microphone.start = () => Promise.resolve();
  keeper.set({ ...STANDARD, noise: "off" });
  keeper.set({ ...STANDARD, noise: "strong" });
  await settled();
  expect([failures, microphone.processor !== undefined]).toEqual([1, true]);
});
