import { RoomEvent, type Room } from "livekit-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { DeviceFollower } from "../../src/room/deviceFollower";
import { stubMedia, type FakeMedia } from "../fakes/capture";
import { FakeRoom } from "../fakes/room";

const INNER = { kind: "audioinput", deviceId: "1", label: "Built-in" } as const;
const HEADSET = { kind: "audioinput", deviceId: "2", label: "Headset" } as const;
const EARS = { kind: "audiooutput", deviceId: "3", label: "Headset" } as const;
const SPEAKERS = { kind: "audiooutput", deviceId: "4", label: "Speakers" } as const;

let media: FakeMedia;
let room: FakeRoom;
const done: unknown[] = [];

beforeEach(() => {
  done.length = 0;
  media = stubMedia();
  room = Object.assign(new FakeRoom(), { off: () => undefined });
});
afterEach(() => vi.unstubAllGlobals());

/** Follows somebody who chose the headset for both. */
async function followed(first: readonly Partial<MediaDeviceInfo>[]): Promise<void> {
  media.devices = [...first];
  new DeviceFollower(room as unknown as Room, {
    wish: (kind) => (kind === "microphone" ? "2" : "3"),
    use: (kind, id) => Promise.resolve(void done.push([kind, id])),
    tell: (kind, change) => done.push([kind, change.kind]),
  });
  await settled();
}

async function become(devices: readonly Partial<MediaDeviceInfo>[]): Promise<void> {
  media.devices = [...devices];
  room.emit(RoomEvent.MediaDevicesChanged);
  await settled();
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it("an unplugged headset is replaced as microphone and as loudspeaker, and taken again when it is back", async () => {
  await followed([INNER, HEADSET, EARS, SPEAKERS]);
  expect(done).toEqual([]);
  await become([INNER, SPEAKERS]);
  expect(done).toEqual([
    ["microphone", ""],
    ["microphone", "gone"],
    ["speaker", ""],
    ["speaker", "gone"],
  ]);
  done.length = 0;
  await become([INNER, HEADSET, EARS, SPEAKERS]);

  expect(done).toEqual([
    ["microphone", "2"],
    ["microphone", "back"],
    ["speaker", "3"],
    ["speaker", "back"],
  ]);
});

it("where no other is left, that is told and nothing is tried", async () => {
  await followed([HEADSET]);
  await become([]);

  expect(done).toEqual([["microphone", "gone"]]);
});
