import { DisconnectReason, LogLevel, RoomEvent, setLogLevel, type Room, type RoomOptions } from "livekit-client";
import { ApiError, type Admission, type Api } from "../logic/api";
import { advance, type Connection, type EndReason } from "../logic/connection";
import type { Rating } from "../logic/rating";
import { renewAfterMs, stayAwayMs, tryAgainAfterMs } from "../logic/renewal";
import { Store } from "../logic/store";
import { wait } from "../logic/waiting";

/** How long a page goes on trying after the media connection was given up, without the time that it slept. */
const REJOIN_FOR_MS = 3 * 60_000;
/** One attempt takes no longer, unless the computer slept. */
const LONGEST_ATTEMPT_MS = 60_000;
const LONGEST_WAIT_MS = 15_000;
const REFRESHES = 4;

/** When a page that goes leaves the room is up to its session: livekit-client would leave it before anybody was asked. */
export const SESSION_OPTIONS = { disconnectOnPageLeave: false } satisfies RoomOptions;

export interface SessionOptions {
  readonly relayOnly: boolean;
  /** Called after each connection, for what is published on it. Nobody waits for that: people may have to be asked first. */
  readonly onConnected: () => void;
}

/** Holds this person in the room: connects, renews the right to be there, comes back after an interruption. */
export class Session {
  readonly connection = new Store<Connection>({ state: "idle" });
  /** The right to be there as the service gave it last. */
  readonly admission: Store<Admission>;
  private readonly closing = new AbortController();

  constructor(
    private readonly room: Room,
    private readonly api: Api,
    first: Admission,
    private readonly options: SessionOptions,
    private readonly random: () => number = Math.random,
  ) {
    this.admission = new Store(first);
    const interrupted = (media: boolean) => (): void =>
      this.change({ type: "interrupted", media, atMs: performance.now() });
    room
      .on(RoomEvent.SignalReconnecting, interrupted(false))
      .on(RoomEvent.Reconnecting, interrupted(true))
      .on(RoomEvent.Reconnected, () => this.change({ type: "restored", atMs: performance.now() }))
      .on(RoomEvent.Disconnected, (reason) => void this.disconnected(reason));
  }

  /** Throws what `Room.connect` throws when the first connection fails. */
  async start(): Promise<void> {
    this.change({ type: "connect" });
    window.addEventListener("pagehide", () => this.pageGoes(), { signal: this.closing.signal });
    try {
      await this.connect();
    } catch (error) {
      this.change({ type: "ended", reason: "lost" });
      throw error;
    }
    this.change({ type: "connected" });
    void this.keepRenewing();
  }

  async leave(): Promise<void> {
    this.change({ type: "ended", reason: "left" });
    this.closing.abort();
    await this.room.disconnect();
  }

  /** Asks now, and a few times where it fails, what this person may do here: the answer is the next admission. */
  async refresh(): Promise<void> {
    for (let failures = 0; failures < REFRESHES && !this.closing.signal.aborted;) {
      try {
        return await this.renew();
      } catch (error) {
        if (refusedForGood(error)) return;
        failures += 1;
        console.warn("what this person may do could not be asked yet", error);
        await wait(tryAgainAfterMs(failures, error, this.random()), this.closing.signal);
      }
    }
  }

  /** The person has read that the connection is back. */
  noticed(): void {
    this.change({ type: "noticed" });
  }

  private change(event: Parameters<typeof advance>[1]): void {
    this.connection.update((connection) => advance(connection, event));
  }

  private async connect(): Promise<void> {
    const { url, token, ice_servers: servers } = this.admission.get();
    const rtcConfig: RTCConfiguration = {
      ...(servers.length ? { iceServers: [...servers] } : {}),
      ...(this.options.relayOnly ? { iceTransportPolicy: "relay" } : {}),
    };
    await this.room.connect(url, token, { autoSubscribe: false, rtcConfig });
    this.options.onConnected();
  }

  /** The others see at once that the page goes, by a reload or for good; the visit can be gone on with. */
  private pageGoes(): void {
    this.closing.abort();
    setLogLevel(LogLevel.silent); // data channels break off with the page: nobody is left to be told
    void this.room.disconnect();
    // A browser may keep the page and show it again: it then begins anew.
    window.addEventListener("pageshow", () => window.location.reload(), { once: true });
  }

  private async disconnected(reason: DisconnectReason | undefined): Promise<void> {
    const state = this.connection.get().state;
    if (this.closing.signal.aborted || state === "idle" || state === "connecting") return;
    const final = finalReason(reason);
    if (final) {
      this.end(final);
      return;
    }
    this.change({ type: "interrupted", media: true, atMs: performance.now() });
    await this.rejoin();
  }

  private async rejoin(): Promise<void> {
    let waitMs = 500;
    for (let triedForMs = 0; triedForMs < REJOIN_FOR_MS;) {
      const beganMs = performance.now();
      await wait(waitMs, this.closing.signal);
      if (this.closing.signal.aborted) return;
      const attemptMs = performance.now();
      try {
        await this.renew();
        await this.connect();
        this.change({ type: "restored", atMs: performance.now() });
        return;
      } catch (error) {
        const final = refusedForGood(error);
        if (final) {
          this.end(final);
          return;
        }
        console.warn("could not come back yet", error);
        triedForMs +=
          Math.min(waitMs, attemptMs - beganMs) + Math.min(LONGEST_ATTEMPT_MS, performance.now() - attemptMs);
        waitMs = Math.max(stayAwayMs(error), Math.min(LONGEST_WAIT_MS, waitMs * 2));
      }
    }
    this.end("lost");
  }

  private end(reason: EndReason): void {
    this.closing.abort();
    this.change({ type: "ended", reason });
  }

  /** Throws ApiError. */
  rate(rating: Rating): Promise<void> {
    return this.api.rate(this.admission.get().session, rating);
  }

  private async renew(): Promise<void> {
    this.admission.set(await this.api.renew(this.admission.get().session));
  }

  private renewAfterMs(): number {
    return renewAfterMs(this.admission.get().token, this.random());
  }

  /** Asks for a fresh token again and again, until the end. */
  private async keepRenewing(): Promise<void> {
    let waitMs = this.renewAfterMs();
    for (let failures = 0; ;) {
      await wait(waitMs, this.closing.signal);
      if (this.closing.signal.aborted) return;
      try {
        await this.renew();
        failures = 0;
        waitMs = this.renewAfterMs();
      } catch (error) {
        // Being refused does not end a running connection: the service does that itself where it must.
        if (refusedForGood(error)) return;
        failures += 1;
        waitMs = tryAgainAfterMs(failures, error, this.random());
        console.warn("the right to be here could not be renewed yet", error);
      }
    }
  }
}

function refusedForGood(error: unknown): EndReason | null {
  if (!(error instanceof ApiError)) return null;
  switch (error.code) {
    case "room_closed":
      return "closed";
    case "removed":
    case "invitation_revoked":
      return "removed";
    case "session_ended":
      return "lost";
    default:
      return null;
  }
}

function finalReason(reason: DisconnectReason | undefined): EndReason | null {
  switch (reason) {
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "elsewhere";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "closed";
    default:
      return null;
  }
}
