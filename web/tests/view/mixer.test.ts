// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Mixer } from "../../src/room/mixer";
import { FakeAudio } from "../fakes/audio";

class QuietElement {
  muted = false;
  srcObject: unknown = null;
  play = () => Promise.resolve();
}

describe("the mixer", () => {
  let audio: FakeAudio;
  let mixer: Mixer;
  const track = {} as MediaStreamTrack;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("Audio", QuietElement);
    vi.stubGlobal("MediaStream", class {});
    audio = new FakeAudio();
    mixer = new Mixer(audio as unknown as AudioContext, () => Date.now());
    mixer.setBalance(1);
  });
  afterEach(async () => {
    await mixer.close();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("ducks originals while the translation is heard, and lets them return after it", () => {
    mixer.addOriginal("anna", track, false);
    mixer.addTranslation("es", track);
    const original = audio.gains[1];

    audio.level = 0.2;
    vi.advanceTimersByTime(100);
    expect(mixer.state.get()).toEqual({ translationSpeaking: true, originalGain: 0 });
    expect(original?.gain.ways.at(-1)).toEqual({ to: 0, timeS: 0.08 });

    audio.level = 0;
    vi.advanceTimersByTime(500);
    expect(mixer.state.get().translationSpeaking).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(mixer.state.get()).toEqual({ translationSpeaking: false, originalGain: 1 });
    expect(original?.gain.ways.at(-1)).toEqual({ to: 1, timeS: 0.35 });
  });

  it("leaves alone who speaks the listener's language, also when that turns out later", () => {
    mixer.addOriginal("anna", track, true);
    mixer.addOriginal("bob", track, false);
    mixer.addTranslation("es", track);
    audio.level = 0.2;
    vi.advanceTimersByTime(100);

    mixer.setUnderstood("bob", true);

    expect([audio.gains[1], audio.gains[2]].map((gain) => gain?.gain.ways.at(-1)?.to)).toEqual([1, 1]);
    expect(mixer.state.get().originalGain).toBe(1);
  });

  it("plays each track once: a track that comes again replaces itself", () => {
    mixer.addTranslation("es", track);
    mixer.addTranslation("es", track);

    const playing = audio.gains.filter((gain) => gain.targets.includes(mixer.output));
    expect(playing).toHaveLength(1);
  });

  it("silences a channel while the words of somebody sound who is heard otherwise, and turns nobody down for it", () => {
    mixer.addOriginal("anna", track, false);
    mixer.addTranslation("es", track);
    mixer.setVolume("es", 0);
    audio.level = 0.2;
    vi.advanceTimersByTime(100);
    expect(audio.gains[2]?.gain.ways.at(-1)?.to).toBe(0);
    expect(mixer.state.get()).toEqual({ translationSpeaking: false, originalGain: 1 });

    mixer.setVolume("es", 1);
    vi.advanceTimersByTime(100);
    expect(audio.gains[2]?.gain.ways.at(-1)?.to).toBe(1);
    expect(mixer.state.get()).toEqual({ translationSpeaking: true, originalGain: 0 });
  });

  it("plays each person as loud as was chosen, whatever the balance", () => {
    mixer.addOriginal("anna", track, true);
    mixer.addOriginal("bob", track, false);
    mixer.addTranslation("es", track);
    mixer.setVolume("anna", 0.5);
    mixer.setVolume("bob", 2);
    mixer.setVolume("es", 0.3);
    mixer.setVolume("nobody", 0.1);
    const now = () => audio.gains.flatMap((gain) => gain.gain.ways.at(-1)?.to ?? []).slice(-3);
    expect(now()).toEqual([0.5, 2, 0.3]);

    mixer.setBalance(0.25);
    expect(now()).toEqual([0.5, 2, 0.075]);
    expect(mixer.state.get().originalGain).toBe(1);
  });
});
