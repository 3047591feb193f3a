import { RoomEvent, Track, type Room } from "livekit-client";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { HOST_TOPIC, readHostMessage } from "../../src/logic/hostSigns";
import { HostSigns } from "../../src/room/hostSigns";
import { FakeRoom, person } from "../fakes/room";

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));

describe("what the service says of organisers", () => {
  it.each([
    [{ type: "muted", by: "organiser-1" }],
    [{ type: "organisers", identity: "me", organises: false, by: "organiser-1" }],
  ])("is read: %o", (message) => expect(readHostMessage(bytes(message))).toEqual(message));

  it.each([
    ["no JSON"],
    ["null"],
    ["[1]"],
    [{ type: "muted" }],
    [{ type: "muted", by: 7 }],
    [{ type: "muted", by: "" }],
    [{ type: "muted", by: "x".repeat(65) }],
    [{ type: "organisers", by: "a", identity: "me", organises: "yes" }],
    [{ type: "organisers", by: "a", organises: true }],
    [{ type: "dismiss", by: "a" }],
    [{ type: "muted", by: "a", more: "x".repeat(1000) }],
  ])("is nothing where it is not as it should be: %o", (said) => expect(readHostMessage(bytes(said))).toBeNull());
});

describe("this person's page", () => {
  let room: FakeRoom & { localParticipant: { isMicrophoneEnabled: boolean } };
  let signs: HostSigns;
  let nowMs: number;
  const onMuted = vi.fn();
  const onRights = vi.fn();
  const told = (message: unknown, sender?: unknown, topic = HOST_TOPIC) =>
    room.emit(RoomEvent.DataReceived, bytes(message), sender, undefined, topic);
  const microphone = (open: boolean) => {
    room.localParticipant.isMicrophoneEnabled = open;
    const event = open ? RoomEvent.TrackUnmuted : RoomEvent.TrackMuted;
    room.emit(event, { source: Track.Source.Microphone }, room.localParticipant);
  };

  beforeEach(() => {
    const fake = new FakeRoom();
    room = Object.assign(fake, {
      localParticipant: Object.assign(fake.localParticipant, { isMicrophoneEnabled: true }),
    });
    nowMs = 1000;
    onMuted.mockClear();
    onRights.mockClear();
    signs = new HostSigns(room as unknown as Room, { onMuted, onRights }, () => nowMs);
  });

  it.each(["the word", "the muting"])("knows by whom it was muted, whichever comes first: %s", (first) => {
    if (first === "the word") told({ type: "muted", by: "emma" });
    microphone(false);
    if (first === "the muting") told({ type: "muted", by: "emma" });

    expect(signs.notice.get()).toEqual({ what: "muted", by: "emma" });
    expect(onMuted).toHaveBeenCalledOnce();
    microphone(true);
    expect(signs.notice.get()).toBeNull();
  });

  it("believes no word of it whose muting does not come, and blames nobody for what comes much later", () => {
    told({ type: "muted", by: "emma" });
    expect(signs.notice.get()).toBeNull();
    nowMs += 11_000;
    microphone(false);
    expect(signs.notice.get()).toBeNull();
    expect(onMuted).not.toHaveBeenCalled();
  });

  it("asks the service when it may do other things, and looks at the list when others may", () => {
    told({ type: "organisers", identity: "me", organises: true, by: "emma" });
    expect(signs.notice.get()).toEqual({ what: "appointed", by: "emma" });
    told({ type: "organisers", identity: "bob", organises: true, by: "emma" });
    expect(onRights).toHaveBeenCalledOnce();
    expect(signs.changes.get()).toBe(2);
    told({ type: "organisers", identity: "me", organises: false, by: "emma" });
    expect(signs.notice.get()).toEqual({ what: "dismissed", by: "emma" });
    signs.dismiss();
    expect(signs.notice.get()).toBeNull();
  });

  it("hears nobody but the server, on no other topic", () => {
    microphone(false);
    told({ type: "muted", by: "emma" }, person("eve"));
    told({ type: "organisers", identity: "me", organises: true, by: "emma" }, person("eve"));
    told({ type: "organisers", identity: "me", organises: true, by: "emma" }, undefined, "chat");

    expect([signs.notice.get(), signs.changes.get(), onRights.mock.calls.length]).toEqual([null, 0, 0]);
  });

  it("looks again after an interruption, in which words may be lost", () => {
    room.connect(RoomEvent.Reconnected);
    expect(signs.changes.get()).toBe(1);
  });
});
