import { RoomEvent, type Room } from "livekit-client";
import { expect, it } from "vitest";
import { Camera } from "../../src/room/camera";
import { readVisit } from "../../src/room/sessionShelf";
import { FakeRoom } from "../fakes/room";

/** A room whose local camera does as a test says. */
class CameraRoom extends FakeRoom {
  readonly calls: unknown[] = [];
  fails: Error | null = null;

  constructor() {
    super();
    Object.assign(this.localParticipant, {
      isCameraEnabled: false,
      setCameraEnabled: async (on: boolean, options?: unknown) => {
        this.calls.push([on, options]);
        await Promise.resolve();
        if (this.fails) throw this.fails;
        this.is(on);
      },
    });
  }

  is(on: boolean): void {
    Object.assign(this.localParticipant, { isCameraEnabled: on });
  }

  switchActiveDevice(kind: string, device: string): Promise<void> {
    this.calls.push([kind, device]);
    return this.fails ? Promise.reject(this.fails) : Promise.resolve();
  }
}

function cameraIn(room: CameraRoom, capture = { device: "", on: false }): Camera {
  return new Camera(room as unknown as Room, capture);
}

it("a camera starts and stops as it is turned, once for each wish", async () => {
  const room = new CameraRoom();
  const camera = cameraIn(room);
  const first = camera.turn(true);
  expect(camera.state.get()).toEqual({ state: "starting" });
  await Promise.all([first, camera.turn(false)]); // pressed twice: the second press comes too early
  expect([camera.state.get(), camera.capture.get()]).toEqual([{ state: "on" }, { device: "", on: true }]);
  await camera.turn(false);

  expect(camera.state.get()).toEqual({ state: "off" });
  expect(room.calls).toEqual([
    [true, undefined],
    [false, undefined],
  ]);
});

it("a camera that fails says why and can be tried again", async () => {
  const room = new CameraRoom();
  const camera = cameraIn(room);
  room.fails = new DOMException("no", "NotAllowedError");
  await camera.turn(true);
  expect(camera.state.get()).toEqual({ state: "failed", problem: "denied" });
  room.fails = null;
  await camera.turn(true);
  expect(camera.state.get()).toEqual({ state: "on" });
});

it("another camera is taken at once while one is on, else with the next start", async () => {
  const room = new CameraRoom();
  const camera = cameraIn(room);
  await camera.choose("front");
  await camera.turn(true);
  await camera.choose("back");

  expect(room.calls).toEqual([
    [true, { deviceId: "front" }],
    ["videoinput", "back"],
  ]);
  expect(camera.capture.get()).toEqual({ device: "back", on: true });
});

it("a new connection shows the camera again that was on, and none that was off", async () => {
  const [kept, without] = [new CameraRoom(), new CameraRoom()];
  await cameraIn(kept, { device: "front", on: true }).resume();
  await cameraIn(without).resume();

  expect([kept.calls, without.calls]).toEqual([[[true, { deviceId: "front" }]], []]);
});

it("what somebody else or the system turns off counts as off", async () => {
  const room = new CameraRoom();
  const camera = cameraIn(room);
  await camera.turn(true);
  room.is(false);
  room.emit(RoomEvent.TrackMuted, {}, { isLocal: false });
  expect(camera.state.get()).toEqual({ state: "on" });
  room.emit(RoomEvent.TrackMuted, {}, room.localParticipant);
  expect(camera.state.get()).toEqual({ state: "off" });
});

it("what is kept of a visit has the camera, where it can be read", () => {
  const manner = {
    name: "Ana",
    wishes: { speak: "", listen: "off", read: { mode: "off", language: "en" }, push: "always" },
    microphone: { device: "", on: true },
    camera: { device: "front", on: true },
  };
  const read = (camera: unknown) =>
    readVisit(JSON.stringify({ secret: "s", waiting: false, manner: { ...manner, camera } }))?.manner?.camera;
  expect([read(manner.camera), read({ device: "front", on: "yes" })]).toEqual([
    manner.camera,
    { device: "front", on: false },
  ]);
  expect([read(undefined), read(7), read({ device: 7 })]).toEqual([undefined, undefined, undefined]);
});
