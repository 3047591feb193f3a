import type { PageMicrophone } from "../logic/call";
import { standIn } from "./standIn";
import { ASK, HEAR, MICROPHONE, tell, told, VOICE } from "./signs";

/** Web Audio starts at once where the page may make sound, or else not before a click. */
const START_MS = 400;
/** A change of voice is heard neither as a click nor as a pause. */
const SWITCH_TIME_S = 0.015;

/** All microphones of a page: what they send is one's own voice, or the translated one. */
export class Switchboard {
  private context: AudioContext | null = null;
  private own: GainNode | null = null;
  private translated: GainNode | null = null;
  private voice: MediaStream | null = null;
  private hear = "own";
  private said: PageMicrophone = "waiting";

  constructor() {
    document.addEventListener(HEAR, (event) => this.switchTo(told(event)));
    document.addEventListener(ASK, () => this.say(this.said));
    document.addEventListener(VOICE, ({ target }) => {
      const stream = target instanceof HTMLMediaElement ? target.srcObject : null;
      if (stream instanceof MediaStream) this.connectVoice(stream);
    });
  }

  /** The same stream with a microphone that can be switched; the stream as it is where the page may make no sound. */
  async replace(stream: MediaStream): Promise<MediaStream> {
    const [microphone] = stream.getAudioTracks();
    if (!microphone) return stream;
    const context = this.started();
    if (!(await runs(context))) {
      this.say("suspended");
      return stream;
    }
    const source = context.createMediaStreamSource(new MediaStream([microphone]));
    const mixed = context.createMediaStreamDestination();
    const own = this.gain("own");
    source.connect(own);
    own.connect(mixed);
    this.gain("translated").connect(mixed);
    const [track] = mixed.stream.getAudioTracks();
    if (!track) return stream;
    this.say("replaced");
    const stands = standIn(track, microphone, () => {
      source.disconnect();
      own.disconnect(mixed);
      this.gain("translated").disconnect(mixed);
    });
    return new MediaStream([stands, ...stream.getVideoTracks()]);
  }

  private started(): AudioContext {
    if (this.context) return this.context;
    this.context = new AudioContext({ latencyHint: "interactive" });
    this.own = this.context.createGain();
    this.translated = this.context.createGain();
    this.switchTo(this.hear);
    if (this.voice) this.connectVoice(this.voice);
    return this.context;
  }

  private gain(which: "own" | "translated"): GainNode {
    const gain = this[which];
    if (!gain) throw new Error("not started");
    return gain;
  }

  private connectVoice(voice: MediaStream): void {
    this.voice = voice;
    if (this.context) this.context.createMediaStreamSource(voice).connect(this.gain("translated"));
  }

  private switchTo(hear: string): void {
    this.hear = hear;
    if (!this.context) return;
    const translated = hear === "translation";
    this.gain("own").gain.setTargetAtTime(translated ? 0 : 1, this.context.currentTime, SWITCH_TIME_S);
    this.gain("translated").gain.setTargetAtTime(translated ? 1 : 0, this.context.currentTime, SWITCH_TIME_S);
  }

  private say(said: PageMicrophone): void {
    this.said = said;
    tell(MICROPHONE, said);
  }
}

async function runs(context: AudioContext): Promise<boolean> {
  await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, START_MS))]);
  return context.state === "running";
}
