import { LocalAudioTrack, RoomEvent, Track, type LocalTrackPublication, type Room } from "livekit-client";
import { constraintsOf, isProcessedSo, isSameProcessing, type Processing } from "../logic/processing";
import { SAMPLE_TRACK } from "./sample";

type Filter = typeof import("./noiseFilter");

/** Keeps the published microphone processed as the person wants it, also while it runs. */
export class MicrophoneKeeper {
  private work: Promise<void> = Promise.resolve();
  private waiting = false;
  private filterFails = false;

  /**
   * @param pause returns when nothing is being said, so that no word is lost while the microphone opens anew.
   * @param onFailure told when RNNoise does not work; the microphone then is sent without it.
   */
  constructor(
    private readonly room: Room,
    private processing: Processing,
    private readonly pause: () => Promise<void>,
    private readonly onFailure: () => void,
    private readonly filter: () => Promise<Filter> = () => import("./noiseFilter"),
  ) {
    this.tellRoom();
    room.on(RoomEvent.LocalTrackPublished, this.onPublished);
  }

  set(processing: Processing): void {
    if (isSameProcessing(processing, this.processing)) return;
    this.processing = processing;
    this.filterFails = false;
    this.tellRoom();
    this.review();
  }

  close(): void {
    this.room.off(RoomEvent.LocalTrackPublished, this.onPublished);
  }

  private readonly onPublished = ({ source, trackName }: LocalTrackPublication): void => {
    if (source === Track.Source.Microphone && trackName !== SAMPLE_TRACK) this.review();
  };

  /** What is wanted, as far as it works. */
  private get feasible(): Processing {
    return this.filterFails ? { ...this.processing, noise: "standard" } : this.processing;
  }

  /** For microphones that are opened later. */
  private tellRoom(): void {
    const { options } = this.room;
    options.audioCaptureDefaults = { ...options.audioCaptureDefaults, ...constraintsOf(this.feasible) };
  }

  /** One after the other, and at most one waits: it takes what is wanted when its turn comes. */
  private review(): void {
    if (this.waiting) return;
    this.waiting = true;
    this.work = this.work.then(async () => {
      this.waiting = false;
      const track = this.track();
      if (!track) return;
      try {
        await this.constrain(track);
      } catch (error) {
        console.warn("the microphone could not be changed", error);
      }
      await this.refilter(track);
    });
  }

  private track(): LocalAudioTrack | null {
    const found = ownMicrophone(this.room)?.track;
    return found instanceof LocalAudioTrack ? found : null;
  }

  private async constrain(track: LocalAudioTrack): Promise<void> {
    const wanted = constraintsOf(this.feasible);
    // A muted one is closed; it is opened again as it is noted here.
    Object.assign(track.constraints, wanted);
    if (track.isMuted || isProcessedSo(track.getSourceTrackSettings(), wanted)) return;
    try {
      await track.applyConstraints(wanted);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "OverconstrainedError") throw error;
    }
    // Chromium takes it for a running microphone without doing it, and opens no second one of the same device for it.
    if (isProcessedSo(track.getSourceTrackSettings(), wanted)) return;
    await this.pause();
    if (!track.isMuted) await track.restartTrack({ ...wanted, deviceId: track.constraints.deviceId ?? "default" });
  }

  private async refilter(track: LocalAudioTrack): Promise<void> {
    const wanted = this.feasible.noise === "strong";
    if (wanted === (track.getProcessor() !== undefined)) return;
    try {
      if (!wanted) return await track.stopProcessor();
      const { NoiseFilter } = await this.filter();
      await track.setProcessor(new NoiseFilter(() => this.failed()));
    } catch (error) {
      console.warn("the noise filter could not be changed", error);
      if (wanted) this.failed();
    }
  }

  /** The browser's own suppression takes over. */
  private failed(): void {
    this.filterFails = true;
    this.tellRoom();
    this.review();
    this.onFailure();
  }
}

/** The publication of this person's own microphone; the sample is sent as one, too. */
export function ownMicrophone({ localParticipant }: Room): LocalTrackPublication | null {
  const all = [...localParticipant.audioTrackPublications.values()] as LocalTrackPublication[];
  return all.find((one) => one.source === Track.Source.Microphone && one.trackName !== SAMPLE_TRACK) ?? null;
}
