import { ConnectionState, ParticipantKind, RoomEvent, type Room } from "livekit-client";
import { afterEach, expect, it, vi } from "vitest";
import { InterpreterWatch } from "../../src/room/interpreterWatch";

const key = (letter: string): string => letter.repeat(43);

interface Somebody {
  readonly identity: string;
  readonly kind: ParticipantKind;
  readonly attributes: Readonly<Record<string, string>>;
  readonly isAgent?: boolean;
}

const interpreter = (identity: string, publicKey: string): Somebody => ({
  identity,
  kind: ParticipantKind.AGENT,
  attributes: { "translator.role": "interpreter", "translator.key": publicKey },
});

/** A room whose participants a test names. */
class FakeRoom {
  remoteParticipants = new Map<string, Somebody>();
  state = ConnectionState.Connected;
  private readonly listeners = new Map<string, () => void>();

  on(event: string, listener: () => void): this {
    this.listeners.set(event, listener);
    return this;
  }

  has(...people: readonly Somebody[]): void {
    this.remoteParticipants = new Map(people.map((one) => [one.identity, one]));
    this.emit(RoomEvent.ParticipantConnected);
  }

  emit(event: RoomEvent): void {
    this.listeners.get(event)?.();
  }

  loses(): void {
    this.state = ConnectionState.Disconnected;
    this.remoteParticipants = new Map();
    this.emit(RoomEvent.Disconnected);
  }

  isBack(...people: readonly Somebody[]): void {
    this.state = ConnectionState.Connected;
    this.remoteParticipants = new Map(people.map((one) => [one.identity, one]));
    this.emit(RoomEvent.Connected);
  }
}

function watched(...people: readonly Somebody[]): { room: FakeRoom; watch: InterpreterWatch } {
  const room = new FakeRoom();
  const watch = new InterpreterWatch(room as unknown as Room);
  room.has(...people);
  return { room, watch };
}

it("believes the key of an interpreter, also after it has left and another one has come", () => {
  const { room, watch } = watched(interpreter("agent-1", key("a")));
  room.has();
  expect(watch.state.get().present).toBe(false);
  room.has(interpreter("agent-2", key("b")));

  expect([...watch.keys.get()]).toEqual([key("a"), key("b")]);
});

it.each([
  ["a guest", { kind: ParticipantKind.STANDARD }],
  ["a guest who may do what agents may", { kind: ParticipantKind.STANDARD, isAgent: true }],
  ["a telephone", { kind: ParticipantKind.SIP }],
  ["a recorder", { kind: ParticipantKind.EGRESS }],
  ["another agent", { attributes: { "translator.key": key("e") } }],
  ["an interpreter without a key", { attributes: { "translator.role": "interpreter" } }],
  [
    "an interpreter with something else",
    { attributes: { "translator.role": "interpreter", "translator.key": "x".repeat(9000) } },
  ],
])("believes nobody else's: %s", (_, change) => {
  const { watch } = watched({ ...interpreter("eve", key("e")), ...change });

  expect(watch.keys.get().size).toBe(0);
});

it("keeps the newest keys only, however often interpreters come and go", () => {
  const { room, watch } = watched();
  for (let at = 0; at < 500; at += 1) room.has(interpreter("agent", String(at).padStart(43, "0")));

  expect(watch.keys.get().size).toBe(50);
  expect(watch.keys.get().has(String(499).padStart(43, "0"))).toBe(true);
});

const STANDBY: Somebody = {
  identity: "agent-2",
  kind: ParticipantKind.AGENT,
  attributes: { "translator.role": "standby" },
};

afterEach(() => {
  vi.useRealTimers();
});

it("says at once that the interpreter goes, is being replaced, and is back", () => {
  const { room, watch } = watched();
  expect(watch.presence.get()).toBe("unseen");
  room.has(interpreter("agent-1", key("a")));
  expect(watch.presence.get()).toBe("here");
  room.has();
  expect(watch.presence.get()).toBe("left");
  expect([...watch.gone.get()]).toEqual([key("a")]);
  room.has(STANDBY);
  expect(watch.presence.get()).toBe("replaced");
  room.has(interpreter("agent-2", key("b")));
  expect(watch.presence.get()).toBe("back");
  expect([...watch.gone.get()]).toEqual([key("a")]);
  room.has();
  expect(watch.presence.get()).toBe("left");
});

it("says nothing of an interpreter that takes over from another one in its presence", () => {
  const { room, watch } = watched(interpreter("agent-1", key("a")), STANDBY);
  room.has(interpreter("agent-1", key("a")), interpreter("agent-2", key("b")));
  room.has(interpreter("agent-2", key("b")));

  expect(watch.presence.get()).toBe("here");
  expect([...watch.gone.get()]).toEqual([key("a")]);
});

it("does not take its own interruption for the interpreter's, nor the server's lateness", () => {
  vi.useFakeTimers();
  const { room, watch } = watched(interpreter("agent-1", key("a")));
  room.loses();
  room.isBack();
  vi.advanceTimersByTime(3000);
  expect(watch.presence.get()).toBe("here");
  expect(watch.gone.get().size).toBe(0);
  room.has(interpreter("agent-1", key("a")));
  vi.advanceTimersByTime(10_000);
  expect(watch.presence.get()).toBe("here");

  room.loses();
  room.isBack();
  vi.advanceTimersByTime(10_000);
  expect(watch.presence.get()).toBe("left");
});
