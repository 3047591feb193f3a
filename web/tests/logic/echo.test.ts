import { describe, expect, it } from "vitest";
import { BandLevels } from "../../src/logic/bands";
import { EchoFinder } from "../../src/logic/echo";
import { joined, louder, mixed, noise, RATE_HZ, silence, speech, throughRoom } from "../sounds";

/** As an audio worklet hands samples over. */
const PIECE = 32;

function frames(sound: Float32Array): Float32Array[] {
  const levels = new BandLevels(RATE_HZ);
  const all: Float32Array[] = [];
  for (let at = 0; at + PIECE <= sound.length; at += PIECE) {
    const frame = levels.feed(sound.subarray(at, at + PIECE));
    if (frame) all.push(frame);
  }
  return all;
}

/** Whether what is played is found in what is heard, both of them to the end of the longer one. */
function found(played: Float32Array, heard: Float32Array): boolean {
  const length = Math.max(played.length, heard.length);
  const whole = (sound: Float32Array): Float32Array[] => frames(joined(sound, new Float32Array(length - sound.length)));
  const finder = new EchoFinder();
  const heardFrames = whole(heard);
  return whole(played)
    .map((frame, at) => finder.feed(frame, heardFrames[at] ?? []))
    .some(Boolean);
}

/** The same voice that says the same at another time. */
function later(sound: Float32Array, seconds: number): Float32Array {
  return joined(sound.subarray(seconds * RATE_HZ), sound.subarray(0, seconds * RATE_HZ));
}

const austen = speech("austen");
const rms = speech("rms");
const microphoneNoise = noise(12 * RATE_HZ, -62);

describe("the translated voice is found in the microphone", () => {
  it.each([
    ["loud and near", { delayMs: 40, gain: 0.5 }, -62],
    ["quiet", { delayMs: 130, gain: 0.05 }, -62],
    ["very quiet", { delayMs: 130, gain: 0.02 }, -62],
    ["by a wireless loudspeaker", { delayMs: 450, gain: 0.2 }, -62],
    ["with a fan beside it", { delayMs: 180, gain: 0.2 }, -42],
  ])("%s", (_, room, noiseDbfs) => {
    for (const voice of [austen, rms]) {
      expect(found(voice, mixed(throughRoom(voice, room), noise(12 * RATE_HZ, noiseDbfs)))).toBe(true);
    }
  });

  it("too, where the person speaks now and then", () => {
    const own = joined(austen.subarray(0, 2 * RATE_HZ), silence(6), austen.subarray(2 * RATE_HZ, 4 * RATE_HZ));
    expect(found(rms, mixed(throughRoom(rms, { delayMs: 140, gain: 0.4 }), own, microphoneNoise))).toBe(true);
  });

  it("too, while the person speaks as loudly all the time", () => {
    expect(found(rms, mixed(throughRoom(rms, { delayMs: 140, gain: 1 }), austen, microphoneNoise))).toBe(true);
  });
});

describe("nothing is found", () => {
  it.each([0, 1, 2, 3, 4, 6])("in one's own speech while another voice is played, begun %i s later", (seconds) => {
    expect(found(austen, mixed(later(rms, seconds), microphoneNoise))).toBe(false);
    expect(found(rms, mixed(later(austen, seconds), microphoneNoise))).toBe(false);
  });

  it.each([1, 2, 3, 4, 5, 6])("where the same voice says something else, %i s apart", (seconds) => {
    for (const voice of [austen, rms]) expect(found(voice, later(voice, seconds))).toBe(false);
  });

  it("in silence, in noise, and in a voice that is no speech", () => {
    expect(found(austen, silence(9))).toBe(false);
    expect(found(austen, noise(9 * RATE_HZ, -30))).toBe(false);
    expect(found(rms, rms.slice().reverse())).toBe(false);
  });

  it("while nothing is played, or nothing but noise", () => {
    expect(found(silence(11), rms)).toBe(false);
    expect(found(noise(11 * RATE_HZ, -65), rms)).toBe(false);
  });

  it("where echo cancellation leaves nothing above the noise of the microphone", () => {
    expect(found(austen, mixed(louder(throughRoom(austen, { delayMs: 90, gain: 0.5 }), 0.0005), microphoneNoise))).toBe(
      false,
    );
  });
});
