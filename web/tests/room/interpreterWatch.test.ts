import { ParticipantKind, type Room } from "livekit-client";
import { expect, it } from "vitest";
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
  private readonly listeners = new Set<() => void>();

  on(_: string, listener: () => void): this {
    this.listeners.add(listener);
    return this;
  }

  has(...people: readonly Somebody[]): void {
    this.remoteParticipants = new Map(people.map((one) => [one.identity, one]));
    for (const listener of this.listeners) listener();
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
