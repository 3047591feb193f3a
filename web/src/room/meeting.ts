import { Room, RoomEvent } from "livekit-client";
import type { Admission, Api } from "../logic/api";
import { diagnose, type Diagnosis } from "../logic/diagnostics";
import { microphoneProblem, type MicrophoneProblem } from "../logic/microphone";
import { Store } from "../logic/store";
import type { Wishes } from "../logic/wishes";
import { CaptionFeed, captionSource } from "./captionFeed";
import { Directory } from "./directory";
import { InterpreterWatch } from "./interpreterWatch";
import { Listening } from "./listening";
import { Mixer } from "./mixer";
import { HeardRecorder } from "./recorder";
import { RecordingRule } from "./recordingRule";
import { RecordingSigns } from "./recordingSigns";
import { Session } from "./session";
import { STREAM_OPTIONS } from "./streams";
import { WishSender } from "./wishSender";

export interface MeetingOptions {
  readonly wishes: Wishes;
  readonly balance: number;
  /** Device id; empty for the browser's choice, null for no microphone. */
  readonly microphone: string | null;
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
  readonly recorder: HeardRecorder;
  readonly recordingAllowed: RecordingRule["allowed"];
  /** Identities of those who record what they hear. */
  readonly recording: RecordingSigns["recording"];
  readonly microphone: Store<Microphone>;
  private readonly watch: InterpreterWatch;
  private readonly feed: CaptionFeed;
  private readonly listening: Listening;
  private wantsMicrophone: boolean;

  constructor(
    readonly admission: Admission,
    api: Api,
    context: AudioContext,
    private readonly options: MeetingOptions,
  ) {
    this.room = new Room({
      ...STREAM_OPTIONS,
      adaptiveStream: true,
      dynacast: true,
      audioCaptureDefaults: {
        echoCancellation: true,
        noiseSuppression: true,
        autoGainControl: true,
        ...(options.microphone ? { deviceId: options.microphone } : {}),
      },
      publishDefaults: { dtx: true, red: true },
    });
    this.mixer = new Mixer(context);
    this.mixer.setBalance(options.balance);
    this.directory = new Directory(this.room);
    this.watch = new InterpreterWatch(this.room);
    this.feed = new CaptionFeed(captionSource(this.room), this.watch.keys);
    this.wishSender = new WishSender(this.room, options.wishes, this.watch.state);
    this.listening = new Listening(this.room, this.mixer, {
      wishes: this.wishSender.wishes,
      interpreter: this.watch.state,
      passages: this.feed.passages,
      hears: admission.role !== "reader",
    });
    this.microphone = new Store<Microphone>({ state: "none" });
    this.wantsMicrophone = options.microphone !== null;
    this.session = new Session(this.room, api, admission, {
      relayOnly: options.relayOnly,
      onConnected: () => void this.publish(),
    });
    this.recordingAllowed = new RecordingRule(this.room, this.session.admission).allowed;
    this.recorder = new HeardRecorder(this.mixer, this.recordingAllowed);
    this.recording = new RecordingSigns(this.room, this.recorder.state).recording;
    this.room
      .on(RoomEvent.TrackMuted, () => this.lookAtMicrophone())
      .on(RoomEvent.TrackUnmuted, () => this.lookAtMicrophone());
  }

  get interpreter(): InterpreterWatch["state"] {
    return this.watch.state;
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
    this.wantsMicrophone = on;
    try {
      await this.room.localParticipant.setMicrophoneEnabled(on);
      this.lookAtMicrophone();
    } catch (error) {
      this.microphone.set({ state: "failed", problem: microphoneProblem(error) });
    }
  }

  async switchMicrophone(deviceId: string): Promise<void> {
    await this.room.switchActiveDevice("audioinput", deviceId);
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
    await this.session.leave();
    this.listening.close();
    this.feed.close();
    await this.mixer.close();
  }

  /** A failing microphone must not keep anybody from listening. */
  private async publish(): Promise<void> {
    if (this.maySpeak && this.wantsMicrophone) await this.setMicrophone(true);
    else this.lookAtMicrophone();
  }

  private lookAtMicrophone(): void {
    if (!this.maySpeak) this.microphone.set({ state: "none" });
    else this.microphone.set({ state: this.room.localParticipant.isMicrophoneEnabled ? "on" : "off" });
  }
}
