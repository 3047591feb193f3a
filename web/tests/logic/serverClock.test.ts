import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServerClock } from "../../src/logic/serverClock";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 9, 30);
const token = (claims: object) => `e30.${btoa(JSON.stringify(claims))}.x`;

describe("the service's time", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "performance"] }));
  afterEach(() => void vi.useRealTimers());

  it.each([0, -60 * DAY, 60 * DAY, 20_000 * DAY])("holds whatever this computer's clock says: %s ms off", (offMs) => {
    vi.setSystemTime(NOW + offMs);
    const clock = new ServerClock();
    clock.set(token({ nbf: NOW / 1000, exp: NOW / 1000 + 600 }));
    vi.advanceTimersByTime(5000);
    expect(clock.now()).toBe(NOW + 5000);
    vi.setSystemTime(NOW - DAY); // somebody sets it in mid-meeting
    expect(clock.now()).toBe(NOW + 5000);
  });

  it("is told anew by each token", () => {
    const clock = new ServerClock();
    clock.set(token({ iat: NOW / 1000 }));
    clock.set(token({ iat: NOW / 1000 + 7200 }));
    expect(clock.now()).toBe(NOW + 7_200_000);
  });

  it.each(["", "x", "a.b.c", token({}), token({ iat: "now" })])("is this computer's where nobody tells: %j", (said) => {
    vi.setSystemTime(NOW);
    const clock = new ServerClock();
    clock.set(said);
    expect(clock.now()).toBe(NOW);
  });
});
