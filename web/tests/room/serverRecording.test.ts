import { ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { describe, expect, it } from "vitest";
import { ServerRecording } from "../../src/room/serverRecording";
import { FakeRoom, person } from "../fakes/room";

const SIGN = { "translator.recording": "on", "translator.role": "interpreter" };

function watched(): { room: FakeRoom; server: ServerRecording } {
  const room = Object.assign(new FakeRoom(), { isRecording: false });
  const server = new ServerRecording(room as unknown as Room);
  room.connect();
  return { room, server };
}

describe("a recording on the server", () => {
  it("is seen while the interpreter shows it, also by whoever comes later", () => {
    const { room, server } = watched();
    expect(server.running.get()).toBe(false);
    room.remoteParticipants.set("agent", person("agent", SIGN, ParticipantKind.AGENT));
    room.emit(RoomEvent.ParticipantConnected);
    expect(server.running.get()).toBe(true);
    room.remoteParticipants.clear();
    room.emit(RoomEvent.ParticipantDisconnected);
    expect(server.running.get()).toBe(false);
  });

  it.each([
    ["a guest who shows the sign", person("guest", SIGN)],
    [
      "an interpreter that does not record",
      person("agent", { ...SIGN, "translator.recording": "" }, ParticipantKind.AGENT),
    ],
    ["another agent", person("agent", { "translator.recording": "on" }, ParticipantKind.AGENT)],
  ])("is not claimed by %s", (_, one) => {
    const { room, server } = watched();
    room.remoteParticipants.set(one.identity, one);
    room.emit(RoomEvent.ParticipantAttributesChanged);

    expect(server.running.get()).toBe(false);
  });

  it("is seen while LiveKit's egress records the room, and over once one has left", () => {
    const { room, server } = watched();
    Object.assign(room, { isRecording: true });
    room.emit(RoomEvent.RecordingStatusChanged);
    expect(server.running.get()).toBe(true);
    room.emit(RoomEvent.Disconnected);

    expect(server.running.get()).toBe(false);
  });
});
