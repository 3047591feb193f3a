import { Room, RoomEvent } from "livekit-client";
import type { Admission, Api, InterpreterWish } from "../logic/api";
import { diagnose, type Diagnosis } from "../logic/diagnostics";
import { microphoneProblem, type MicrophoneProblem } from "../logic/microphone";
import { ServerClock } from "../logic/serverClock";
import { Store } from "../logic/store";
import type { Wishes } from "../logic/wishes";
import { Booth } from "./booth";
import { CaptionFeed, captionSource } from "./captionFeed";
import { Directory } from "./directory";
import { InterpreterWatch } from "./interpreterWatch";
import { Listening } from "./listening";
import { Mixer } from "./mixer";
import { ReadBefore } from "./readBefore";
import { HeardRecorder } from "./recorder";
import { RecordingRule } from "./recordingRule";
import { RecordingSigns } from "./recordingSigns";
import { Sample } from "./sample";
import { Session, SESSION_OPTIONS } from "./session";
import type { Capture } from "./sessionShelf";
import { STREAM_OPTIONS } from "./streams";
import { WaitWatch } from "./waitWatch";
import { WishSender } from "./wishSender";
import { keepingWords, keptWords } from "./wordShelf";

export interface MeetingOptions {
  readonly wishes: Wishes;
  readonly balance: number;
  readonly microphone: Capture;
  readonly speaker: string;
  readonly relayOnly: boolean;
}

export type Microphone =
  | { readonly state: "none" }
  | { readonly state: "on" | "off" }
  | { readonly state: "failed"; readonly problem: MicrophoneProblem };

/** One visit to a room: the parts that make it up, started and ended together. */
export class Meeting {
  readonly room: Room;
  readonly mixer: Mixer;
  readonly directory: Directory;
  readonly session: Session;
  readonly wishSender: WishSender;
  readonly booth: Booth;
  readonly readBefore: ReadBefore["former"];
  readonly recorder: HeardRecorder;
  readonly recordingAllowed: RecordingRule["allowed"];
  /** What an organiser wishes of an interpreter that is not invited yet. */
  readonly interpreterDraft = new Store<InterpreterWish>({
    languages: null,
    glossary: null,
    muted: [],
    voices: {},
    interprets: {},
    consecutive: false,
  });
  /** Identities of those who record what they hear. */
  readonly recording: RecordingSigns["recording"];
  readonly microphone: Store<Microphone>;
  /** How many still listen to what this person has just said; 0 for those who do not speak. */
  readonly waiting: WaitWatch["waiting"];
  readonly sample: Sample;
  private readonly watch: InterpreterWatch;
  private readonly feed: CaptionFeed;
  private readonly listening: Listening;
  /** What the person wants of their microphone, whether or not it works. */
  readonly capture: Store<Capture>;
  private readonly endKeeping: () => void;
  private readonly waitWatch: WaitWatch | null;

  constructor(
    readonly admission: Admission,
    api: Api,
    context: AudioContext,
    private readonly options: MeetingOptions,
  ) {
    this.room = new Room({
      ...STREAM_OPTIONS,
      ...SESSION_OPTIONS,
      adaptiveStream: true,
      dynacast: true,
      audioCaptureDefaults: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(options.microphone.device ? { deviceId: options.microphone.device } : {}),
      },
      publishDefaults: { dtx: true, red: true },
    });
    this.mixer = new Mixer(context);
    this.mixer.setBalance(options.balance);
    const earlier = keptWords(admission.room);
    this.directory = new Directory(this.room, earlier.names);
    this.watch = new InterpreterWatch(this.room);
    const clock = new ServerClock();
    clock.set(admission.token);
    this.feed = new CaptionFeed(
      captionSource(this.room),
      this.watch.keys,
      this.watch.gone,
      clock.now,
      undefined,
      earlier.passages.all,
    );
    this.endKeeping = keepingWords(admission.room, () => ({
      passages: this.feed.passages.get().settled,
      names: this.directory.names.get(),
    }));
    this.wishSender = new WishSender(this.room, options.wishes, this.watch.state);
    this.booth = new Booth(this.room, this.watch.state);
    this.readBefore = new ReadBefore(this.wishSender.wishes, clock.now).former;
    this.listening = new Listening(this.room, this.mixer, {
      wishes: this.wishSender.wishes,
      interpreter: this.watch.state,
      passages: this.feed.passages,
      hears: admission.role !== "reader",
    });
    this.waitWatch = this.maySpeak
      ? new WaitWatch(this.room, context, { interpreter: this.watch.state, wishes: this.wishSender.wishes })
      : null;
    this.waiting = this.waitWatch?.waiting ?? new Store(0);
    this.microphone = new Store<Microphone>({ state: "none" });
    this.capture = new Store(options.microphone);
    this.sample = new Sample({
      room: this.room,
      context,
      output: this.mixer.output,
      wishes: this.wishSender.wishes,
      isMicrophoneOn: () => this.microphone.get().state === "on",
      setMicrophone: (on) => this.switchMicrophoneOn(on),
    });
    this.session = new Session(this.room, api, admission, {
      relayOnly: options.relayOnly,
      onConnected: () => void this.publish(),
    });
    this.session.admission.subscribe(() => clock.set(this.session.admission.get().token));
    this.recordingAllowed = new RecordingRule(this.room, this.session.admission).allowed;
    this.recorder = new HeardRecorder(this.mixer, this.recordingAllowed);
    this.recording = new RecordingSigns(this.room, this.recorder.state).recording;
    this.room
      .on(RoomEvent.TrackMuted, (_, { isLocal }) => isLocal && this.lookAtMicrophone())
      .on(RoomEvent.TrackUnmuted, (_, { isLocal }) => isLocal && this.lookAtMicrophone());
  }

  get interpreter(): InterpreterWatch["state"] {
    return this.watch.state;
  }

  get presence(): InterpreterWatch["presence"] {
    return this.watch.presence;
  }

  get passages(): CaptionFeed["passages"] {
    return this.feed.passages;
  }

  get captionsCheckable(): CaptionFeed["checkable"] {
    return this.feed.checkable;
  }

  get maySpeak(): boolean {
    return this.admission.role === "organiser" || this.admission.role === "speaker";
  }

  async start(): Promise<void> {
    try {
      if (this.options.speaker) await this.setSpeaker(this.options.speaker);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // unplugged since it was chosen: the default one plays
    }
    await this.session.start();
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.capture.update((before) => ({ ...before, on }));
    await this.sample.stop();
    await this.switchMicrophoneOn(on);
  }

  async switchMicrophone(deviceId: string): Promise<void> {
    try {
      await this.room.switchActiveDevice("audioinput", deviceId);
      this.capture.update((before) => ({ ...before, device: deviceId }));
      this.lookAtMicrophone();
    } catch (error) {
      this.microphone.set({ state: "failed", problem: microphoneProblem(error) });
    }
  }

  async setSpeaker(deviceId: string): Promise<void> {
    await this.mixer.setSpeaker(deviceId);
  }

  async diagnose(): Promise<Diagnosis> {
    const tracks = this.listening.heard().flatMap(({ track }) => (track ? [track] : []));
    const reports = await Promise.all(tracks.map((track) => track.getRTCStatsReport()));
    return diagnose(reports.filter((report) => report !== undefined));
  }

  /** Ends everything that runs; captions and recording can still be read. */
  async end(): Promise<void> {
    await this.recorder.stop();
    await this.sample.stop();
    await this.session.leave();
    this.waitWatch?.close();
    this.listening.close();
    this.feed.close();
    this.endKeeping();
    await this.mixer.close();
  }

  /** A failing microphone must not keep anybody from listening. */
  private async publish(): Promise<void> {
    if (this.maySpeak && this.capture.get().on) await this.setMicrophone(true);
    else this.lookAtMicrophone();
  }

  private async switchMicrophoneOn(on: boolean): Promise<void> {
    try {
      await this.room.localParticipant.setMicrophoneEnabled(on);
      this.lookAtMicrophone();
    } catch (error) {
      this.microphone.set({ state: "failed", problem: microphoneProblem(error) });
    }
  }

  private lookAtMicrophone(): void {
    if (!this.maySpeak) this.microphone.set({ state: "none" });
    else this.microphone.set({ state: this.room.localParticipant.isMicrophoneEnabled ? "on" : "off" });
  }
}
