// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { MutedWatch } from "../../src/room/mutedWatch";
import { FakeAudio } from "../fakes/audio";
import { stubMedia, type FakeMedia } from "../fakes/capture";

let audio: FakeAudio;
let media: FakeMedia;
let told: number;
let watch: MutedWatch;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("MediaStream", class {});
  audio = new FakeAudio();
  media = stubMedia();
  told = 0;
  watch = new MutedWatch(
    audio as unknown as AudioContext,
    () => (told += 1),
    () => Date.now(),
  );
});
afterEach(() => {
  watch.stop();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** Syllables of a fifth of a second with as long between them. */
async function speak(seconds: number): Promise<void> {
  for (let at = 0; at < seconds * 5; at += 1) {
    audio.level = at % 2 ? 0.0001 : 0.1;
    await vi.advanceTimersByTimeAsync(200);
  }
}

it("the microphone is open only while it is listened to", async () => {
  expect(media.live).toBe(0);
  watch.start({ echoCancellation: true });
  await vi.advanceTimersByTimeAsync(100);
  expect(media.opened.map(({ asked }) => asked)).toEqual([{ echoCancellation: true }]);
  expect(media.live).toBe(1);
  watch.stop();

  expect(media.live).toBe(0);
});

it("a microphone that opens too late is closed at once", async () => {
  watch.start({});
  watch.stop();
  await vi.advanceTimersByTimeAsync(100);

  expect([media.opened.length, media.live]).toEqual([1, 0]);
});

it("speech is told once, and again only another time that somebody is muted", async () => {
  watch.start({});
  await speak(8);
  expect(told).toBe(1);
  watch.stop();
  await speak(60);
  watch.start({});
  await speak(8);

  expect(told).toBe(2);
});

it("a microphone that does not open is no fault", async () => {
  media.refuse = new DOMException("in use", "NotReadableError");
  vi.spyOn(console, "info").mockReturnValue(undefined);
  watch.start({});
  await speak(4);

  expect(told).toBe(0);
});
