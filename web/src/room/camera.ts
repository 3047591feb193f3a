import { RoomEvent, Track, type Participant, type Room } from "livekit-client";
import { microphoneProblem, type MicrophoneProblem } from "../logic/microphone";
import { Store } from "../logic/store";
import type { Capture } from "./sessionShelf";

export type CameraState =
  { readonly state: "off" | "starting" | "on" } | { readonly state: "failed"; readonly problem: MicrophoneProblem };

/** This person's own camera; it is off until they start it. */
export class Camera {
  readonly state = new Store<CameraState>({ state: "off" });
  /** What is wished of it, whether or not it works. */
  readonly capture: Store<Capture>;

  constructor(
    private readonly room: Room,
    wished: Capture,
  ) {
    this.capture = new Store(wished);
    const look = (_: unknown, participant: Participant): void => {
      if (participant.isLocal && this.state.get().state !== "starting") this.look();
    };
    room
      .on(RoomEvent.TrackMuted, look)
      .on(RoomEvent.TrackUnmuted, look)
      .on(RoomEvent.LocalTrackPublished, look)
      .on(RoomEvent.LocalTrackUnpublished, look);
  }

  /** The id of the camera that is on. */
  get device(): string {
    const publication = this.room.localParticipant.getTrackPublication(Track.Source.Camera);
    return publication?.track?.mediaStreamTrack.getSettings().deviceId ?? "";
  }

  async turn(on: boolean): Promise<void> {
    if (this.state.get().state === "starting") return;
    this.capture.update((before) => ({ ...before, on }));
    this.state.set({ state: "starting" });
    await this.attempt(() => {
      const { device } = this.capture.get();
      return this.room.localParticipant.setCameraEnabled(on, device ? { deviceId: device } : undefined);
    });
  }

  /** Takes another camera, at once where one is on. */
  async choose(device: string): Promise<void> {
    this.capture.update((before) => ({ ...before, device }));
    if (this.room.localParticipant.isCameraEnabled)
      await this.attempt(() => this.room.switchActiveDevice("videoinput", device));
  }

  /** Goes on as wished, on a new connection. */
  async resume(): Promise<void> {
    if (this.capture.get().on) await this.turn(true);
  }

  private async attempt(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
      this.look();
    } catch (error) {
      this.state.set({ state: "failed", problem: microphoneProblem(error) });
    }
  }

  private look(): void {
    this.state.set({ state: this.room.localParticipant.isCameraEnabled ? "on" : "off" });
  }
}
