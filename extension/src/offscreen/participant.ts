import { Room, RoomEvent, Track, type RoomOptions } from "livekit-client";
import type { Interpreter } from "@hive/logic/interpreter";
import { Store, type Readable } from "@hive/logic/store";
import type { Attributes, Wishes } from "@hive/logic/wishes";
import { AttributeSender } from "@hive/room/attributeSender";
import { SESSION_OPTIONS } from "@hive/room/session";
import { STREAM_OPTIONS } from "@hive/room/streams";
import { WishSender } from "@hive/room/wishSender";
import type { PrivateRoom } from "../logic/pairing";

const OPTIONS = {
  ...STREAM_OPTIONS,
  ...SESSION_OPTIONS,
  publishDefaults: { dtx: true, red: true },
} satisfies RoomOptions;

/** "lost": for good, and not by leaving. */
export type Connection = "away" | "there" | "interrupted" | "lost";

/** One of the participants in a private room, and what it says of itself. */
export class Participant {
  readonly room = new Room(OPTIONS);
  readonly connection = new Store<Connection>("away");
  private readonly wishes: WishSender;
  private readonly others: AttributeSender;
  private attributes: Attributes = {};

  constructor(wanted: Wishes, interpreter: Readable<Interpreter>) {
    this.wishes = new WishSender(this.room, wanted, interpreter);
    this.others = new AttributeSender(this.room, () => this.attributes);
    this.room
      .on(RoomEvent.SignalReconnecting, () => this.connection.set("interrupted"))
      .on(RoomEvent.Reconnecting, () => this.connection.set("interrupted"))
      .on(RoomEvent.Reconnected, () => this.connection.set("there"))
      .on(RoomEvent.Disconnected, () => this.connection.get() !== "away" && this.connection.set("lost"));
  }

  get identity(): string {
    return this.room.localParticipant.identity;
  }

  wish(wanted: Wishes): void {
    this.wishes.wishes.set(wanted);
  }

  say(attributes: Attributes): void {
    this.attributes = { ...this.attributes, ...attributes };
    void this.others.send();
  }

  /** Throws what `Room.connect` throws. */
  async join({ url, iceServers }: PrivateRoom, token: string): Promise<void> {
    const rtcConfig = iceServers.length ? { iceServers: [...iceServers] } : {};
    await this.room.connect(url, token, { autoSubscribe: false, rtcConfig });
    this.connection.set("there");
  }

  /** As a microphone: nothing else is interpreted. */
  async speak(track: MediaStreamTrack): Promise<void> {
    await this.room.localParticipant.publishTrack(track, { source: Track.Source.Microphone });
  }

  /** The track goes on: it belongs to the call. */
  async leave(): Promise<void> {
    this.connection.set("away");
    await this.room.disconnect(false);
  }
}
