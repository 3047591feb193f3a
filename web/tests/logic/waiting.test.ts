import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { wait } from "../../src/logic/waiting";

const DAY = 86_400_000;

describe("waiting", () => {
  let closing: AbortController;
  let done: boolean;

  beforeEach(() => {
    vi.useFakeTimers();
    closing = new AbortController();
    done = false;
  });

  afterEach(() => {
    closing.abort();
    vi.useRealTimers();
  });

  function waiting(ms: number): void {
    void wait(ms, closing.signal).then(() => (done = true));
  }

  it("lasts as long as it says, also beyond what a timer can hold", async () => {
    waiting(30 * DAY);
    await vi.advanceTimersByTimeAsync(30 * DAY - 1000);
    expect(done).toBe(false);
    await vi.advanceTimersByTimeAsync(1000);
    expect(done).toBe(true);
  }, 60_000);

  it("is not made longer by a clock that is set back", async () => {
    waiting(60_000);
    await vi.advanceTimersByTimeAsync(20_000);
    vi.setSystemTime(Date.now() - 3650 * DAY);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(done).toBe(true);
  });

  it("counts the time that the computer slept", async () => {
    waiting(300_000);
    await vi.advanceTimersByTimeAsync(20_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(done).toBe(true);
  });

  it("ends at once when it is called off, and leaves no timer behind", async () => {
    waiting(300_000);
    await vi.advanceTimersByTimeAsync(20_000);
    closing.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
