import { describe, expect, it } from "vitest";
import { advance, type Connection, type ConnectionEvent } from "../../src/logic/connection";

const after = (...events: ConnectionEvent[]): Connection => events.reduce(advance, { state: "idle" } as Connection);
const JOINED: ConnectionEvent[] = [{ type: "connect" }, { type: "connected" }];

describe("the connection", () => {
  it("says how long it was away, until that was noticed", () => {
    const back = after(...JOINED, { type: "interrupted", media: false, atMs: 1000 }, { type: "restored", atMs: 4500 });

    expect(back).toEqual({ state: "connected", gapMs: 3500 });
    expect(advance(back, { type: "noticed" })).toEqual({ state: "connected", gapMs: null });
  });

  it("counts one interruption from its beginning, also when it gets worse", () => {
    expect(
      after(
        ...JOINED,
        { type: "interrupted", media: false, atMs: 1000 },
        { type: "interrupted", media: true, atMs: 3000 },
      ),
    ).toEqual({ state: "reconnecting", sinceMs: 1000, media: true });
  });

  it("keeps the first reason of its end", () => {
    expect(after(...JOINED, { type: "ended", reason: "left" }, { type: "ended", reason: "lost" })).toEqual({
      state: "ended",
      reason: "left",
    });
  });

  it("ignores what comes late", () => {
    expect(after({ type: "restored", atMs: 5 })).toEqual({ state: "idle" });
    expect(
      after(...JOINED, { type: "ended", reason: "closed" }, { type: "interrupted", media: true, atMs: 9 }),
    ).toEqual({
      state: "ended",
      reason: "closed",
    });
  });
});
