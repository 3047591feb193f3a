import { ConnectionState, RoomEvent, type Room } from "livekit-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AttributeSender } from "../../src/room/attributeSender";
import { FakeRoom } from "../fakes/room";

describe("what a page wants its attributes to be", () => {
  let room: FakeRoom;
  let wanted: Record<string, string>;
  let sender: AttributeSender;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    room = new FakeRoom();
    wanted = { a: "1", b: "" };
    sender = new AttributeSender(room as unknown as Room, () => wanted);
  });
  afterEach(() => vi.useRealTimers());

  const settle = () => vi.advanceTimersByTimeAsync(0);

  it("is sent once there is a connection, and only what differs", async () => {
    await sender.send();
    expect(room.asked).toEqual([]);
    room.connect();
    await settle();
    wanted = { a: "1", b: "2" };
    await sender.send();

    expect(room.asked).toEqual([{ a: "1" }, { b: "2" }]);
    expect(sender.pending.get()).toBe(false);
  });

  it("is sent again where a new connection has lost it", async () => {
    room.connect();
    await settle();
    room.localParticipant.attributes = {};
    room.connect(RoomEvent.Reconnected);
    await settle();

    expect(room.asked).toEqual([{ a: "1" }, { a: "1" }]);
  });

  it("holds in the end also where it changed back before the server's word of the change came", async () => {
    let word = (): void => undefined;
    room.localParticipant.setAttributes = async (change) => {
      room.asked.push(change);
      const before = word;
      word = () => (before(), room.serverSays(change)); // the answer comes at once, the word of it later
      await Promise.resolve();
    };
    room.connect();
    await settle();
    wanted = { a: "", b: "" };
    await sender.send();
    expect(room.asked).toEqual([{ a: "1" }]);
    word();
    await settle();

    expect(room.asked).toEqual([{ a: "1" }, { a: "" }]);
  });

  it("is sent again after a failure, and not without a connection", async () => {
    room.answer = () => Promise.reject(new Error("timed out"));
    room.connect();
    await settle();
    expect(sender.pending.get()).toBe(true);
    room.answer = () => Promise.resolve();
    await vi.runOnlyPendingTimersAsync();
    expect([room.asked.length, sender.pending.get()]).toEqual([2, false]);

    room.answer = () => Promise.reject(new Error("timed out"));
    wanted = { a: "2" };
    await sender.send();
    room.state = ConnectionState.Disconnected;
    await vi.runAllTimersAsync();
    expect(room.asked).toHaveLength(3);
  });
});
