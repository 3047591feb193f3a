import { gainsFor, levelDbfs, originalGain, RELEASE_TIME_S, SpeechGate } from "../logic/mixing";
import { Store } from "../logic/store";

const LOOK_EVERY_MS = 40;
/** Seconds of the way from one speaker's words to another's on the same channel, which rests between them. */
const SWITCH_TIME_S = 0.02;

export interface MixState {
  readonly translationSpeaking: boolean;
  /** Gain that the originals which are turned down go to; 1 while none is. */
  readonly originalGain: number;
}

interface Strip {
  readonly source: MediaStreamAudioSourceNode;
  readonly gain: GainNode;
  readonly analyser: AnalyserNode | null;
  readonly element: HTMLAudioElement;
  understood: boolean;
  /** 0 silences it; of a translation, it then speaks to nobody here. */
  volume: number;
}

/**
 * Plays remote tracks through Web Audio, so that volumes work where those of media elements are ignored.
 *
 * Whatever plays goes through `output`, once. Originals are turned down only while the translated voice
 * is heard to speak.
 */
export class Mixer {
  readonly state = new Store<MixState>({ translationSpeaking: false, originalGain: 1 });
  /** All that the listener hears; the recording taps it. */
  readonly output: GainNode;

  private bus: GainNode | null = null;
  private readonly originals = new Map<string, Strip>();
  private readonly translations = new Map<string, Strip>();
  private readonly gate = new SpeechGate();
  private readonly timer: number;
  private readonly window = new Float32Array(2048);
  private balance = 0.9;

  constructor(
    readonly context: AudioContext,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.output = context.createGain();
    this.output.connect(context.destination);
    this.timer = window.setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** Browsers start sound only after a gesture; returns whether it runs now. */
  async resume(): Promise<boolean> {
    if (this.context.state !== "running") await this.context.resume();
    return this.context.state === "running";
  }

  /** The translations alone, as loud as they are heard. */
  get translated(): GainNode {
    if (!this.bus) {
      this.bus = this.context.createGain();
      this.bus.connect(this.output);
    }
    return this.bus;
  }

  get playsTranslation(): boolean {
    return this.translations.size > 0;
  }

  addOriginal(id: string, track: MediaStreamTrack, understood: boolean): void {
    this.remove(id);
    this.originals.set(id, this.strip(track, { understood, listens: false, gain: 1 }));
    this.apply();
  }

  addTranslation(id: string, track: MediaStreamTrack): void {
    this.remove(id);
    const gain = gainsFor(this.balance).translation;
    this.translations.set(id, this.strip(track, { understood: false, listens: true, gain }));
  }

  remove(id: string): void {
    for (const strips of [this.originals, this.translations]) {
      const strip = strips.get(id);
      if (!strip) continue;
      strips.delete(id);
      strip.source.disconnect();
      strip.gain.disconnect();
      strip.analyser?.disconnect();
      strip.element.srcObject = null;
    }
  }

  /** How loud one track is beside the others: 1 as it is, 0 not at all. */
  setVolume(id: string, volume: number): void {
    const strip = this.originals.get(id) ?? this.translations.get(id);
    if (!strip || strip.volume === volume) return;
    strip.volume = volume;
    if (this.translations.has(id)) this.applyTranslations(SWITCH_TIME_S);
    this.apply();
  }

  setUnderstood(id: string, understood: boolean): void {
    const strip = this.originals.get(id);
    if (!strip || strip.understood === understood) return;
    strip.understood = understood;
    this.apply();
  }

  setBalance(balance: number): void {
    this.balance = balance;
    this.applyTranslations(RELEASE_TIME_S / 3);
    this.apply();
  }

  /** Sends all sound to another loudspeaker; a browser that cannot do so keeps its own. */
  async setSpeaker(deviceId: string): Promise<void> {
    const context = this.context as AudioContext & { setSinkId?: (id: string) => Promise<void> };
    await context.setSinkId?.(deviceId);
  }

  async close(): Promise<void> {
    window.clearInterval(this.timer);
    for (const id of [...this.originals.keys(), ...this.translations.keys()]) this.remove(id);
    this.output.disconnect();
    if (this.context.state !== "closed") await this.context.close();
  }

  private strip(
    track: MediaStreamTrack,
    { understood, listens, gain }: { understood: boolean; listens: boolean; gain: number },
  ): Strip {
    const stream = new MediaStream([track]);
    // Chromium keeps a remote track silent in Web Audio unless an element plays it too; muted, it adds no sound.
    const element = new Audio();
    element.muted = true;
    element.srcObject = stream;
    element.play().catch(() => undefined); // refused before a gesture; the track then plays once sound is started
    const source = this.context.createMediaStreamSource(stream);
    const node = this.context.createGain();
    node.gain.value = gain;
    source.connect(node).connect(listens ? this.translated : this.output);
    let analyser: AnalyserNode | null = null;
    if (listens) {
      analyser = this.context.createAnalyser();
      analyser.fftSize = this.window.length;
      source.connect(analyser);
    }
    return { source, gain: node, analyser, element, understood, volume: 1 };
  }

  private look(): void {
    let loudest = -Infinity;
    for (const { analyser, volume } of this.translations.values()) {
      if (volume === 0) continue;
      analyser?.getFloatTimeDomainData(this.window);
      loudest = Math.max(loudest, levelDbfs(this.window));
    }
    const translationSpeaking = this.gate.feed(loudest, this.now());
    if (translationSpeaking === this.state.get().translationSpeaking) return;
    this.state.update((state) => ({ ...state, translationSpeaking }));
    this.apply();
  }

  private applyTranslations(timeS: number): void {
    const { translation } = gainsFor(this.balance);
    for (const { gain, volume } of this.translations.values()) {
      gain.gain.setTargetAtTime(translation * volume, this.context.currentTime, timeS);
    }
  }

  private apply(): void {
    const { translationSpeaking } = this.state.get();
    let lowest = 1;
    for (const { gain, understood, volume } of this.originals.values()) {
      const target = originalGain(this.balance, { translationSpeaking, understood });
      gain.gain.setTargetAtTime(target.gain * volume, this.context.currentTime, target.timeS);
      lowest = Math.min(lowest, target.gain);
    }
    if (lowest !== this.state.get().originalGain) this.state.set({ translationSpeaking, originalGain: lowest });
  }
}
