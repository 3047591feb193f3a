import { Room, RoomEvent } from "livekit-client";
import type { Admission, Api, InterpreterWish } from "../logic/api";
import { diagnose, type Diagnosis } from "../logic/diagnostics";
import { constraintsOf } from "../logic/processing";
import { microphoneProblem, type MicrophoneProblem } from "../logic/microphone";
import { ServerClock } from "../logic/serverClock";
import { SignatureCheck } from "../logic/signatures";
import { Store } from "../logic/store";
import type { Wishes } from "../logic/wishes";
import { Camera } from "./camera";
import { Booth } from "./booth";
import { CaptionFeed, captionSource } from "./captionFeed";
import { Chat } from "./chat";
import { keptChat } from "./chatShelf";
import { Directory } from "./directory";
import type { Encryption } from "./encryption";
import { Hands } from "./hands";
import { AtMicrophone, type SoundWishes } from "./atMicrophone";
import { HearingSender, type KeptHearing } from "./hearingSender";
import { HostSigns } from "./hostSigns";
import { tellInteractions } from "./interactions";
import { InterpreterWatch } from "./interpreterWatch";
import { Listening } from "./listening";
import { Mixer } from "./mixer";
import { Reactions } from "./reactions";
import { ReadBefore } from "./readBefore";
import { HeardRecorder } from "./recorder";
import { RecordingRule } from "./recordingRule";
import { RecordingSigns } from "./recordingSigns";
import { Requests } from "./requests";
import { ServerRecording } from "./serverRecording";
import { Sample } from "./sample";
import { Session, SESSION_OPTIONS } from "./session";
import type { Capture } from "./sessionShelf";
import { STREAM_OPTIONS } from "./streams";
import { WaitRings } from "./waitRings";
import { WaitWatch } from "./waitWatch";
import { WishSender } from "./wishSender";
import { WordsWatch } from "./wordsWatch";
import { keepingWords, keptWords } from "./wordShelf";

export interface MeetingOptions {
  readonly wishes: Wishes;
  readonly balance: number;
  readonly hearing?: KeptHearing;
  readonly microphone: Capture;
  readonly camera?: Capture;
  readonly sound: SoundWishes;
  readonly speaker: string;
  readonly relayOnly: boolean;
  /** Of a meeting that is encrypted end to end. */
  readonly encryption?: Encryption | null;
}

export type Microphone =
  | { readonly state: "none" }
  | { readonly state: "on" | "off" }
  | { readonly state: "failed"; readonly problem: MicrophoneProblem };

/** One visit to a room: the parts that make it up, started and ended together. */
export class Meeting {
  readonly room: Room;
  /** Null where the meeting is not encrypted end to end. */
  readonly encryption: Encryption | null;
  readonly mixer: Mixer;
  readonly directory: Directory;
  readonly session: Session;
  readonly chat: Chat;
  readonly hands: Hands;
  readonly reactions: Reactions;
  readonly requests: Requests;
  readonly wishSender: WishSender;
  readonly hearing: HearingSender["choices"];
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
    speed: 1,
    interprets: {},
    consecutive: false,
    forbids_likeness: false,
  });
  /** Identities of those who record what they hear. */
  readonly recording: RecordingSigns["recording"];
  /** Whether the meeting is being recorded on the server. */
  readonly serverRecording: ServerRecording["running"];
  readonly microphone: Store<Microphone>;
  /** How many still listen to what this person has just said. */
  readonly waiting: WaitWatch["waiting"];
  /** The same of the words of others. */
  readonly waitRings: WaitRings;
  readonly camera: Camera;
  readonly sample: Sample;
  /** What organisers do to this person. */
  readonly host: HostSigns;
  private readonly watch: InterpreterWatch;
  private readonly feed: CaptionFeed;
  private readonly listening: Listening;
  private readonly words: WordsWatch;
  /** What the person wants of their microphone, whether or not it works. */
  readonly capture: Store<Capture>;
  private readonly endKeeping: () => void;
  private readonly waitWatch: WaitWatch | null;
  /** Null for those who may not speak. */
  readonly atMicrophone: AtMicrophone | null;
  private speaker: string;

  constructor(
    readonly admission: Admission,
    api: Api,
    context: AudioContext,
    private readonly options: MeetingOptions,
  ) {
    const encryption = (this.encryption = options.encryption ?? null);
    this.room = new Room({
      ...(encryption ? { encryption: encryption.options } : {}),
      ...STREAM_OPTIONS,
      ...SESSION_OPTIONS,
      adaptiveStream: true,
      dynacast: true,
      audioCaptureDefaults: {
        ...constraintsOf(options.sound.processing),
        ...(options.microphone.device ? { deviceId: options.microphone.device } : {}),
      },
      // A muted microphone is closed: the browser's sign of recording must not stay.
      publishDefaults: { dtx: true, red: true, stopMicTrackOnMute: true },
    });
    this.mixer = new Mixer(context);
    this.mixer.setBalance(options.balance);
    const earlier = keptWords(admission.room);
    const writtenEarlier = keptChat(admission.room);
    this.directory = new Directory(this.room, new Map([...writtenEarlier.names, ...earlier.names]));
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
      encryption && ((from) => encryption.prove(from)),
    );
    this.endKeeping = keepingWords(admission.room, () => ({
      passages: this.feed.passages.get().settled,
      names: this.directory.names.get(),
    }));
    this.chat = new Chat(this.room, admission.room, {
      directory: this.directory,
      keys: this.watch.keys,
      check: new SignatureCheck(globalThis.crypto?.subtle),
      now: clock.now,
      earlier: writtenEarlier,
      sealed: encryption !== null,
    });
    this.hands = new Hands(this.room, clock.now);
    this.reactions = new Reactions(this.room);
    this.requests = new Requests(this.room);
    this.wishSender = new WishSender(this.room, options.wishes, this.watch.state);
    this.booth = new Booth(this.room, this.watch.state);
    this.readBefore = new ReadBefore(this.wishSender.wishes, clock.now).former;
    this.hearing = new HearingSender(this.room, admission.room, options.hearing, this.watch.state).choices;
    this.words = new WordsWatch(this.room, this.watch.state);
    this.listening = new Listening(this.room, this.mixer, {
      wishes: this.wishSender.wishes,
      choices: this.hearing,
      speakers: this.words.speakers,
      interpreter: this.watch.state,
      passages: this.feed.passages,
      hears: admission.role !== "reader",
    });
    this.waitRings = new WaitRings(this.room, this.watch.state);
    this.camera = new Camera(this.room, options.camera ?? { device: "", on: false });
    this.microphone = new Store<Microphone>({ state: "none" });
    this.capture = new Store(options.microphone);
    tellInteractions(this.room, this.watch.state, this.wishSender.wishes, this.microphone);
    this.sample = new Sample({
      room: this.room,
      context,
      output: this.mixer.output,
      wishes: this.wishSender.wishes,
      isMicrophoneOn: () => this.microphone.get().state === "on",
      setMicrophone: (on) => this.switchMicrophoneOn(on),
    });
    this.speaker = options.speaker;
    // Who may not speak now may be allowed to later.
    this.atMicrophone =
      admission.role !== "reader"
        ? new AtMicrophone({
            room: this.room,
            context,
            mixer: this.mixer,
            wishes: options.sound,
            isMuted: () => this.microphone.get().state === "off" && this.sample.state.get() === "idle",
            changes: [this.microphone, this.sample.state],
            device: (kind) => (kind === "speaker" ? this.speaker : this.capture.get().device).replace(/^default$/, ""),
            useDevice: (kind, id) => (kind === "speaker" ? this.mixer.setSpeaker(id) : this.useMicrophone(id)),
          })
        : null;
    this.waitWatch = this.atMicrophone
      ? new WaitWatch(this.room, {
          levelDbfs: () => this.atMicrophone?.levelDbfs() ?? -Infinity,
          interpreter: this.watch.state,
          wishes: this.wishSender.wishes,
        })
      : null;
    this.waiting = this.waitWatch?.waiting ?? new Store(0);
    this.session = new Session(this.room, api, admission, {
      relayOnly: options.relayOnly,
      onConnected: () => void this.publish(),
    });
    this.session.admission.subscribe(() => clock.set(this.session.admission.get().token));
    this.session.admission.subscribe(() => this.lookAtRights());
    this.host = new HostSigns(this.room, {
      onMuted: () => this.capture.update((before) => ({ ...before, on: false })),
      onRights: () => void this.session.refresh(),
    });
    this.recordingAllowed = new RecordingRule(this.room, this.session.admission).allowed;
    this.recorder = new HeardRecorder(this.mixer, this.recordingAllowed);
    this.serverRecording = new ServerRecording(this.room).running;
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
    const { role } = this.session.admission.get();
    return role === "organiser" || role === "speaker";
  }

  async start(): Promise<void> {
    try {
      if (this.options.speaker) await this.setSpeaker(this.options.speaker);
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // unplugged since it was chosen: the default one plays
    }
    await this.encryption?.follow(this.room, this.admission.room);
    await this.session.start();
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.capture.update((before) => ({ ...before, on }));
    await this.sample.stop();
    await this.switchMicrophoneOn(on);
  }

  async switchMicrophone(deviceId: string): Promise<void> {
    try {
      this.capture.update((before) => ({ ...before, device: deviceId }));
      this.atMicrophone?.deviceChosen();
      await this.useMicrophone(deviceId);
      this.lookAtMicrophone();
    } catch (error) {
      this.microphone.set({ state: "failed", problem: microphoneProblem(error) });
    }
  }

  async setSpeaker(deviceId: string): Promise<void> {
    await this.mixer.setSpeaker(deviceId);
    this.speaker = deviceId;
    this.atMicrophone?.deviceChosen();
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
    this.waitRings.close();
    this.atMicrophone?.close();
    this.listening.close();
    this.words.close();
    this.feed.close();
    this.chat.close();
    this.endKeeping();
    this.encryption?.close();
    await this.mixer.close();
  }

  /** A failing microphone or camera must not keep anybody from listening. */
  private async publish(): Promise<void> {
    if (this.maySpeak && this.capture.get().on) await this.setMicrophone(true);
    else this.lookAtMicrophone();
    if (this.maySpeak) await this.camera.resume();
  }

  private async switchMicrophoneOn(on: boolean): Promise<void> {
    try {
      const set = (): Promise<unknown> => this.room.localParticipant.setMicrophoneEnabled(on);
      await (on && this.atMicrophone ? this.atMicrophone.open(set) : set());
      this.lookAtMicrophone();
    } catch (error) {
      this.microphone.set({ state: "failed", problem: microphoneProblem(error) });
    }
  }

  /** Only Chromium knows the browser's choice by an id, so that others must be free to take any. */
  private async useMicrophone(deviceId: string): Promise<void> {
    await this.room.switchActiveDevice("audioinput", deviceId || "default", deviceId !== "");
  }

  /** What this person may do has been told anew. */
  private lookAtRights(): void {
    if (this.maySpeak === (this.microphone.get().state !== "none")) return;
    if (this.maySpeak && this.wishSender.wishes.get().speak === "")
      this.wishSender.wishes.update((wishes) => ({ ...wishes, speak: "auto" }));
    this.lookAtMicrophone();
  }

  private lookAtMicrophone(): void {
    if (!this.maySpeak) this.microphone.set({ state: "none" });
    else this.microphone.set({ state: this.room.localParticipant.isMicrophoneEnabled ? "on" : "off" });
  }
}
