import { RoomEvent, type Room } from "livekit-client";
import { describe, expect, it } from "vitest";
import type { Admission } from "../../src/logic/api";
import { Store } from "../../src/logic/store";
import { RecordingRule } from "../../src/room/recordingRule";
import { FakeRoom } from "../fakes/room";

const admission = (allowed?: boolean): Admission =>
  (allowed === undefined ? {} : { recording_allowed: allowed }) as Admission;

function ruled(first: Admission) {
  const room = new FakeRoom();
  const admitted = new Store(first);
  const { allowed } = new RecordingRule(room as unknown as Room, admitted);
  return { room, admitted, allowed };
}

describe("whether people may record", () => {
  it.each([
    [true, true],
    [false, false],
    [undefined, true],
  ])("is at first what the service said on joining: %s", (said, holds) => {
    expect(ruled(admission(said)).allowed.get()).toBe(holds);
  });

  it("follows the room, also what it says on a new connection", () => {
    const { room, allowed } = ruled(admission(true));
    room.saysOfItself('{"recording": false}');
    expect(allowed.get()).toBe(false);
    room.saysOfItself('{"recording": true}');
    expect(allowed.get()).toBe(true);
    room.metadata = '{"recording": false}';
    room.connect(RoomEvent.Reconnected);
    expect(allowed.get()).toBe(false);
  });

  it("is what the service said last where the room does not say", () => {
    const { room, admitted, allowed } = ruled(admission(true));
    admitted.set(admission(false));
    expect(allowed.get()).toBe(false);
    room.saysOfItself("somebody else's");
    expect(allowed.get()).toBe(false);
    room.saysOfItself('{"recording": true}');
    expect(allowed.get()).toBe(true);
  });
});
