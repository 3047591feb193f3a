// @vitest-environment jsdom
import { beforeEach, expect, it, vi } from "vitest";
import type { Wishes } from "../../src/logic/wishes";
import { Sample } from "../../src/room/sample";
import { FakeStage } from "../fakes/sampling";

const WISHES: Wishes = { speak: "de", listen: "off", read: { mode: "both", language: "de" }, push: "released" };
const PUBLISHED = "published sample as microphone, speaking en";

let fake: FakeStage;
let sample: Sample;

beforeEach(() => {
  fake = new FakeStage(WISHES);
  sample = new Sample(fake.stage());
  vi.stubGlobal(
    "fetch",
    vi.fn(() => Promise.resolve(new Response("sound"))),
  );
});

const reaches = (state: string) => vi.waitFor(() => expect(sample.state.get()).toBe(state), { timeout: 5000 });

it("speaks in this person's name in its own language, and leaves everything as it was", async () => {
  sample.play();
  sample.play();
  await reaches("playing");
  expect(fake.wishes.get()).toEqual({ ...WISHES, speak: "en", push: "always" });
  fake.sources[0]?.stop();
  await reaches("idle");

  expect(fake.log).toEqual(["microphone off", PUBLISHED, "unpublished", "microphone on"]);
  expect(fake.wishes.get()).toEqual(WISHES);
  expect(fetch).toHaveBeenCalledTimes(1);
});

it("is stopped at once, and can be heard again", async () => {
  fake.isMicrophoneOn = false;
  for (const time of [1, 2]) {
    sample.play();
    await reaches("playing");
    await sample.stop();
    expect(sample.state.get()).toBe("idle");
    expect(fake.log).toHaveLength(2 * time);
  }
  expect(fake.log.slice(0, 2)).toEqual([PUBLISHED, "unpublished"]);
});

it("keeps what was chosen while it was heard", async () => {
  sample.play();
  await reaches("playing");
  fake.wishes.update((wishes) => ({ ...wishes, speak: "fr", listen: "es" }));
  await sample.stop();

  expect(fake.wishes.get()).toEqual({ ...WISHES, speak: "fr", listen: "es" });
});

it.each([
  ["is not sent", () => vi.mocked(fetch).mockResolvedValue(new Response("", { status: 404 }))],
  ["may not be published", () => (fake.answer = () => Promise.reject(new Error("refused")))],
])("says so where it %s, and leaves everything as it was", async (_what, breaks) => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  breaks();
  sample.play();
  await reaches("failed");

  expect(fake.wishes.get()).toEqual(WISHES);
  expect(fake.isMicrophoneOn).toBe(true);
});

it("is stopped while nothing is heard without harm", async () => {
  await sample.stop();
  expect([sample.state.get(), fake.log]).toEqual(["idle", []]);
});
