import { madeMs } from "./renewal";

/**
 * The time of day as the service has it: a computer's own may be wrong by years, and is set right in mid-meeting.
 *
 * It is set by each token and passes as durations do in between. Where no token says when it was made, the
 * computer is asked at the beginning.
 */
export class ServerClock {
  private wallMs = Date.now();
  private steadyMs = performance.now();

  /** A token that was made just now. */
  set(token: string): void {
    const made = madeMs(token);
    if (made === null) return;
    this.wallMs = made;
    this.steadyMs = performance.now();
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.wallMs + performance.now() - this.steadyMs;
}
