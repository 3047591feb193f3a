import { RoomEvent, type Room } from "livekit-client";
import { deviceChange, type Device, type DeviceChange } from "../logic/devices";

export type DeviceKind = "microphone" | "speaker";
const KINDS = { microphone: "audioinput", speaker: "audiooutput" } as const satisfies Record<DeviceKind, string>;

interface FollowerOptions {
  /** Id of the device that the person chose, empty for the browser's choice. */
  readonly wish: (kind: DeviceKind) => string;
  /** Uses another one; an empty id is the browser's choice. */
  readonly use: (kind: DeviceKind, deviceId: string) => Promise<void>;
  readonly tell: (kind: DeviceKind, change: DeviceChange) => void;
}

/** Follows devices that come and go: an unplugged one is replaced, and taken again when it is back. */
export class DeviceFollower {
  private known: readonly MediaDeviceInfo[] = [];
  private readonly look = (): void => void this.review();

  constructor(
    private readonly room: Room,
    private readonly options: FollowerOptions,
  ) {
    // Names are given only once a microphone is open.
    for (const event of EVENTS) room.on(event, this.look);
    this.look();
  }

  close(): void {
    for (const event of EVENTS) this.room.off(event, this.look);
  }

  private async review(): Promise<void> {
    const media = navigator.mediaDevices as MediaDevices | undefined; // missing on pages without TLS
    if (!media) return;
    const now = await media.enumerateDevices().catch(() => null);
    if (!now) return;
    const before = this.known;
    this.known = now;
    for (const kind of ["microphone", "speaker"] as const) await this.follow(kind, of(before, kind), of(now, kind));
  }

  private async follow(kind: DeviceKind, before: Device[], now: Device[]): Promise<void> {
    const wish = this.options.wish(kind);
    const change = deviceChange(before, now, wish);
    if (!change) return;
    try {
      if (change.kind === "back") await this.options.use(kind, wish);
      else if (wish && change.other !== null) await this.options.use(kind, "");
    } catch (error) {
      console.warn(`the ${kind} could not be changed`, error);
    }
    this.options.tell(kind, change);
  }
}

const EVENTS = [RoomEvent.MediaDevicesChanged, RoomEvent.LocalTrackPublished] as const;

function of(all: readonly MediaDeviceInfo[], kind: DeviceKind): Device[] {
  return all.filter((device) => device.kind === KINDS[kind]);
}
