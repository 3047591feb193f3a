import { RoomEvent, type Room } from "livekit-client";
import type { DeviceChange } from "../logic/devices";
import { constraintsOf, type Processing } from "../logic/processing";
import { Store, type Readable } from "../logic/store";
import { DeviceFollower, type DeviceKind } from "./deviceFollower";
import { Ear } from "./ear";
import { EchoWatch } from "./echoWatch";
import { MicrophoneKeeper, ownMicrophone } from "./microphoneKeeper";
import type { Mixer } from "./mixer";
import { MutedWatch } from "./mutedWatch";

const LOOK_EVERY_MS = 500;
/** Between words it is as quiet for so long; somebody who never pauses is not waited for longer than the limit. */
const PAUSE_MS = 300;
const PAUSE_DBFS = -45;
const PAUSE_LIMIT_MS = 6000;

/** What is said beside the microphone's button, one thing at a time. */
export type MicrophoneWord =
  | { readonly kind: "mutedSpeech" | "echo" | "filterFailed" }
  | { readonly kind: "device"; readonly device: DeviceKind; readonly change: DeviceChange };

export interface SoundWishes {
  readonly processing: Processing;
  /** Whether the microphone may stay open for this page while it is muted, to notice speech. */
  readonly noticeMuted: boolean;
}

interface Surroundings {
  readonly room: Room;
  readonly context: AudioContext;
  readonly mixer: Mixer;
  readonly wishes: SoundWishes;
  /** Whether the person is muted: they were heard before, and nothing else sounds in their place. */
  readonly isMuted: () => boolean;
  readonly changes: readonly Readable<unknown>[];
  /** Id of the device that the person chose, empty for the browser's choice. */
  readonly device: (kind: DeviceKind) => string;
  readonly useDevice: (kind: DeviceKind, deviceId: string) => Promise<void>;
}

/** All that looks after the microphone of somebody in a meeting. */
export class AtMicrophone {
  readonly word = new Store<MicrophoneWord | null>(null);
  private readonly ear: Ear;
  private readonly keeper: MicrophoneKeeper;
  private readonly follower: DeviceFollower;
  private readonly mutedWatch: MutedWatch;
  private readonly echoWatch: EchoWatch;
  private readonly timer: number;
  private readonly stops: (() => void)[];
  private processing: Processing;
  private noticeMuted: boolean;
  private wasHeard = false;
  private opening = 0;

  constructor(private readonly around: Surroundings) {
    const { room, context, mixer, wishes } = around;
    this.noticeMuted = wishes.noticeMuted;
    this.processing = wishes.processing;
    this.ear = new Ear(context);
    const say = (kind: "mutedSpeech" | "echo" | "filterFailed") => (): void => this.word.set({ kind });
    this.keeper = new MicrophoneKeeper(room, wishes.processing, () => this.pause(), say("filterFailed"));
    this.mutedWatch = new MutedWatch(context, say("mutedSpeech"));
    this.echoWatch = new EchoWatch(context, mixer.translated, say("echo"));
    this.follower = new DeviceFollower(room, {
      wish: around.device,
      use: around.useDevice,
      tell: (device, change) => {
        this.word.set({ kind: "device", device, change });
        this.echoWatch.forget();
      },
    });
    this.stops = around.changes.map((change) => change.subscribe(() => this.review()));
    room.on(RoomEvent.LocalTrackPublished, this.look);
    this.timer = window.setInterval(this.look, LOOK_EVERY_MS);
  }

  setWishes({ processing, noticeMuted }: SoundWishes): void {
    this.processing = processing;
    this.keeper.set(processing);
    this.noticeMuted = noticeMuted;
    this.review();
  }

  /** The person changed a device themselves. */
  deviceChosen(): void {
    this.echoWatch.forget();
    if (this.word.get()?.kind === "device") this.word.set(null);
    this.mutedWatch.stop();
    this.review();
  }

  /** Of what is sent, dB relative to full scale; -Infinity while nothing is. */
  levelDbfs(): number {
    this.ear.listenTo(this.sent());
    return this.ear.levelDbfs();
  }

  /** Opens the microphone for the others: some devices can be open only once. */
  async open(opening: () => Promise<unknown>): Promise<void> {
    this.opening += 1;
    this.review();
    if (this.word.get()?.kind === "mutedSpeech") this.word.set(null);
    try {
      await opening();
    } finally {
      this.opening -= 1;
      this.review();
    }
  }

  /** Returns in the next pause of this person's speech. */
  private pause(): Promise<void> {
    return new Promise((resolve) => {
      const beganMs = performance.now();
      let loudMs = beganMs;
      const timer = window.setInterval(() => {
        const nowMs = performance.now();
        if (this.levelDbfs() > PAUSE_DBFS) loudMs = nowMs;
        if (nowMs - loudMs < PAUSE_MS && nowMs - beganMs < PAUSE_LIMIT_MS) return;
        window.clearInterval(timer);
        resolve();
      }, 50);
    });
  }

  close(): void {
    window.clearInterval(this.timer);
    for (const stop of this.stops) stop();
    this.around.room.off(RoomEvent.LocalTrackPublished, this.look);
    this.keeper.close();
    this.follower.close();
    this.mutedWatch.stop();
    this.echoWatch.listenTo(null);
    this.ear.listenTo(null);
  }

  private readonly look = (): void => this.review();

  private review(): void {
    const sent = this.sent();
    this.wasHeard ||= sent !== null;
    this.echoWatch.listenTo(this.around.mixer.playsTranslation ? sent : null);
    const notices = this.noticeMuted && this.wasHeard && this.opening === 0;
    if (notices && this.around.isMuted()) this.mutedWatch.start(this.capture());
    else this.mutedWatch.stop();
  }

  private capture(): MediaTrackConstraints {
    const deviceId = this.around.device("microphone");
    // A voice is looked for: whatever keeps noise and echoes out of it helps.
    const constraints = constraintsOf({ ...this.processing, echoCancellation: true, noise: "standard" });
    return deviceId ? { ...constraints, deviceId: { ideal: deviceId } } : constraints;
  }

  private sent(): MediaStreamTrack | null {
    const publication = ownMicrophone(this.around.room);
    return publication && !publication.isMuted ? (publication.track?.mediaStreamTrack ?? null) : null;
  }
}
