/**
 * Waits that hold what they promise.
 *
 * A timer beyond 2^31 ms fires at once, and while a computer sleeps timers and `performance.now` may stand
 * still: waits are made of short pieces, and after each the clock that went further is believed.
 */

const PIECE_MS = 15_000;

/** Returns when so much time has passed, or `signal` has aborted. */
export async function wait(ms: number, signal: AbortSignal): Promise<void> {
  let passedMs = 0;
  while (passedMs < ms && !signal.aborted) {
    const before = { steady: performance.now(), wall: Date.now() };
    await timer(Math.min(PIECE_MS, ms - passedMs), signal);
    passedMs += Math.max(performance.now() - before.steady, Date.now() - before.wall);
  }
}

function timer(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(running);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const running = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
