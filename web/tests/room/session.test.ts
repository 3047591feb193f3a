// @vitest-environment jsdom
import { DisconnectReason, RoomEvent, type Room } from "livekit-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api } from "../../src/logic/api";
import { Session } from "../../src/room/session";

const DAY = 86_400_000;
const MADE = Date.UTC(2026, 10, 21, 9, 30) / 1000;

/** What the service answers: a token of ten minutes, by a clock that is right. */
function admission(): Record<string, unknown> {
  const body = btoa(JSON.stringify({ nbf: MADE, exp: MADE + 600 }));
  return {
    url: "wss://x",
    token: `e30.${body}.x`,
    session: "secret",
    ice_servers: [],
    expires_at: new Date((MADE + 600) * 1000).toISOString(),
  };
}

class FakeRoom {
  connections = 0;
  refusing = false;
  private readonly handlers = new Map<string, (reason?: DisconnectReason) => void>();

  on(event: string, handler: (reason?: DisconnectReason) => void): this {
    this.handlers.set(event, handler);
    return this;
  }

  connect(): Promise<void> {
    if (this.refusing) return Promise.reject(new Error("no way there"));
    this.connections += 1;
    return Promise.resolve();
  }

  disconnect(): Promise<void> {
    this.handlers.get(RoomEvent.Disconnected)?.(DisconnectReason.CLIENT_INITIATED);
    return Promise.resolve();
  }

  drop(reason = DisconnectReason.SERVER_SHUTDOWN): void {
    this.handlers.get(RoomEvent.Disconnected)?.(reason);
  }
}

describe("a session", () => {
  let room: FakeRoom;
  let renewed: number[];
  let session: Session;
  let answer: () => Response;

  beforeEach(async () => {
    vi.useFakeTimers();
    vi.spyOn(console, "warn").mockImplementation(() => undefined);
    room = new FakeRoom();
    renewed = [];
    answer = () => new Response(JSON.stringify(admission()));
    const fetch = (() => {
      renewed.push(performance.now());
      return Promise.resolve(answer());
    }) as typeof globalThis.fetch;
    session = new Session(
      room as unknown as Room,
      new Api(fetch),
      admission() as never,
      { relayOnly: false, onConnected: () => undefined },
      () => 0.5,
    );
  });

  afterEach(async () => {
    await session.leave();
    vi.useRealTimers();
  });

  function gaps(): number[] {
    return renewed.slice(1).map((at, before) => Math.round(at - renewed[before]!));
  }

  it.each([
    ["right", 0],
    ["50 days slow", -50 * DAY],
    ["50 days fast", 50 * DAY],
    ["10 years slow", -3650 * DAY],
    ["10 years fast", 3650 * DAY],
  ])("is renewed at half of the token's life by a clock that is %s", async (_, offMs) => {
    vi.setSystemTime(MADE * 1000 + offMs);
    await session.start();
    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(renewed.length).toBe(12);
    expect(new Set(gaps())).toEqual(new Set([300_000]));
  });

  it("tells what the service said last", async () => {
    vi.setSystemTime(MADE * 1000);
    answer = () => new Response(JSON.stringify({ ...admission(), recording_allowed: false }));
    await session.start();
    await vi.advanceTimersByTimeAsync(400_000);

    expect(session.admission.get().recording_allowed).toBe(false);
  });

  it("is not stormed by a clock that is put right", async () => {
    vi.setSystemTime(MADE * 1000 - 50 * DAY);
    await session.start();
    await vi.advanceTimersByTimeAsync(400_000);
    vi.setSystemTime(Date.now() + 50 * DAY);
    await vi.advanceTimersByTimeAsync(400_000);

    expect(renewed.length).toBe(3);
  });

  it("is renewed soon after the computer slept", async () => {
    vi.setSystemTime(MADE * 1000);
    await session.start();
    await vi.advanceTimersByTimeAsync(10_000);
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    await vi.advanceTimersByTimeAsync(15_000);

    expect(renewed.length).toBe(1);
  });

  it("stays away for as long as the service asks", async () => {
    answer = () =>
      new Response(JSON.stringify({ code: "rate_limited", detail: "Slowly.", retry_after_s: 120 }), { status: 429 });
    await session.start();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(renewed.length).toBe(1);
    await vi.advanceTimersByTimeAsync(119_000);
    expect(renewed.length).toBe(1);
    await vi.advanceTimersByTimeAsync(120_000);
    expect(renewed.length).toBe(2);
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(Math.min(...gaps())).toBeGreaterThanOrEqual(120_000);
    expect(renewed.length).toBeLessThan(20);
  });

  it("is not renewed any more once it was refused for good, and stays connected", async () => {
    answer = () => new Response(JSON.stringify({ code: "session_ended", detail: "Gone." }), { status: 410 });
    await session.start();
    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(renewed.length).toBe(1);
    expect(session.connection.get().state).toBe("connected");
  });

  it("goes on coming back after a sleep, whatever the clock says", async () => {
    await session.start();
    room.refusing = true;
    room.drop();
    await vi.advanceTimersByTimeAsync(5_000);
    vi.setSystemTime(Date.now() + 8 * 3_600_000);
    await vi.advanceTimersByTimeAsync(5_000); // the network is not there at once
    room.refusing = false;
    await vi.advanceTimersByTimeAsync(20_000);

    expect(session.connection.get()).toMatchObject({ state: "connected" });
    expect(room.connections).toBe(2);
  });

  it("gives up coming back after a few minutes of trying", async () => {
    await session.start();
    room.refusing = true;
    room.drop();
    await vi.advanceTimersByTimeAsync(170_000);
    expect(session.connection.get().state).toBe("reconnecting");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(session.connection.get()).toEqual({ state: "ended", reason: "lost" });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not over when the page goes: whoever reloads goes on with it", async () => {
    await session.start();
    window.dispatchEvent(new Event("pagehide"));
    await vi.advanceTimersByTimeAsync(60_000);

    expect(session.connection.get().state).toBe("connected");
    expect([room.connections, vi.getTimerCount()]).toEqual([1, 0]);
  });

  it("comes back where nobody left: a browser that freezes a page disconnects it", async () => {
    await session.start();
    room.drop(DisconnectReason.CLIENT_INITIATED);
    await vi.advanceTimersByTimeAsync(5_000);

    expect(session.connection.get().state).toBe("connected");
    expect(room.connections).toBe(2);
  });

  it.each([
    ["removed", "removed"],
    ["invitation_revoked", "removed"],
    ["room_closed", "closed"],
    ["session_ended", "lost"],
  ])("ends where coming back is refused: %s", async (code, reason) => {
    answer = () => new Response(JSON.stringify({ code, detail: "No." }), { status: 410 });
    await session.start();
    room.drop();
    await vi.advanceTimersByTimeAsync(5_000);

    expect(session.connection.get()).toEqual({ state: "ended", reason });
  });

  it("leaves nothing running behind", async () => {
    await session.start();
    await session.leave();
    await vi.advanceTimersByTimeAsync(3_600_000);

    expect(renewed).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
