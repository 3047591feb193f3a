import type { Passages } from "@hive/logic/captionLog";
import { ABSENT, type Interpreter } from "@hive/logic/interpreter";
import { Store, type Readable } from "@hive/logic/store";
import { CaptionFeed, captionSource } from "@hive/room/captionFeed";
import { InterpreterWatch } from "@hive/room/interpreterWatch";
import type { Speaker } from "../logic/call";
import type { PrivateRoom } from "../logic/pairing";
import type { Settings } from "../logic/settings";
import { callWishes, earAttributes, earWishes, microphoneWishes, voiceAttribute } from "../logic/wishes";
import { ChannelFollower } from "./channelFollower";
import { Participant } from "./participant";

export interface Sound {
  readonly call: MediaStreamTrack;
  readonly microphone: MediaStreamTrack | null;
}

/** One stay in a private room: the call and the microphone speak there, and the ear hears. */
export class Visit {
  /** Translation of the call. */
  readonly heard: ChannelFollower;
  /** Translation of the microphone. */
  readonly spoken: ChannelFollower;
  readonly interrupted = new Store(false);
  /** Once one of the connections is lost for good, or it has left. */
  readonly over: Promise<void>;
  private finish: () => void = () => undefined;
  private readonly watch: InterpreterWatch;
  private readonly feed: CaptionFeed;
  private readonly call: Participant;
  private readonly microphone: Participant;
  private readonly ear: Participant;

  constructor(private settings: Settings) {
    // The ear sees the interpreter for all three.
    const seen = new Store<Interpreter>(ABSENT);
    this.ear = new Participant(earWishes(settings), seen);
    this.call = new Participant(callWishes(settings), seen);
    this.microphone = new Participant(microphoneWishes(settings, false), seen);
    this.watch = new InterpreterWatch(this.ear.room);
    this.watch.state.subscribe(() => seen.set(this.watch.state.get()));
    this.feed = new CaptionFeed(captionSource(this.ear.room), this.watch.keys, this.watch.gone, Date.now);
    this.heard = new ChannelFollower(this.ear.room, () => this.settings.hear, this.interpreter);
    this.spoken = new ChannelFollower(this.call.room, () => callWishes(this.settings).listen, this.interpreter);
    this.sayVoices();
    this.over = new Promise((resolve) => {
      this.finish = resolve;
    });
    for (const { connection } of this.everybody) connection.subscribe(() => this.look());
  }

  get interpreter(): InterpreterWatch["state"] {
    return this.watch.state;
  }

  get presence(): InterpreterWatch["presence"] {
    return this.watch.presence;
  }

  get passages(): Readable<Passages> {
    return this.feed.passages;
  }

  /** Throws what `Room.connect` and publishing throw; it has left then. */
  async enter(room: PrivateRoom, sound: Sound): Promise<void> {
    try {
      await Promise.all([
        this.ear.join(room, room.listener),
        this.call.join(room, room.speakers.tab).then(() => this.call.speak(sound.call)),
        sound.microphone && this.openMicrophone(room, sound.microphone),
      ]);
    } catch (error) {
      await this.leave();
      throw error;
    }
  }

  /** In the same room, with the microphone that it did not have yet. */
  async openMicrophone(room: PrivateRoom, track: MediaStreamTrack): Promise<void> {
    await this.microphone.join(room, room.speakers.microphone);
    this.ear.say(earAttributes(this.microphone.identity));
    await this.microphone.speak(track);
  }

  async closeMicrophone(): Promise<void> {
    await this.microphone.leave();
  }

  wish(settings: Settings, pressed: boolean): void {
    this.settings = settings;
    this.call.wish(callWishes(settings));
    this.microphone.wish(microphoneWishes(settings, pressed));
    this.ear.wish(earWishes(settings));
    this.heard.review();
    this.spoken.review();
    this.sayVoices();
  }

  speakerOf(identity: string): Speaker {
    return identity === this.microphone.identity ? "you" : "call";
  }

  async leave(): Promise<void> {
    this.finish();
    this.feed.close();
    await Promise.all(this.everybody.map((one) => one.leave()));
  }

  private sayVoices(): void {
    this.call.say(voiceAttribute(this.settings.callVoice));
    this.microphone.say(voiceAttribute(this.settings.voice));
  }

  private get everybody(): readonly Participant[] {
    return [this.ear, this.call, this.microphone];
  }

  private look(): void {
    const connections = this.everybody.map(({ connection }) => connection.get());
    this.interrupted.set(connections.includes("interrupted"));
    if (connections.includes("lost")) this.finish();
  }
}
