import { DisconnectReason, RoomEvent, type Room } from "livekit-client";
import { ApiError, type Admission, type Api } from "../logic/api";
import { advance, type Connection, type EndReason } from "../logic/connection";
import { Store } from "../logic/store";

/** How long a page goes on trying after the media connection was given up. */
const REJOIN_FOR_MS = 3 * 60_000;
const LONGEST_WAIT_MS = 15_000;

export interface SessionOptions {
  readonly relayOnly: boolean;
  /** Called after each connection, for what is published on it. Nobody waits for that: people may have to be asked first. */
  readonly onConnected: () => void;
}

/** Holds this person in the room: connects, renews the right to be there, comes back after an interruption. */
export class Session {
  readonly connection = new Store<Connection>({ state: "idle" });
  private readonly closing = new AbortController();
  private renewal: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly room: Room,
    private readonly api: Api,
    private admission: Admission,
    private readonly options: SessionOptions,
  ) {
    const interrupted = (media: boolean) => (): void =>
      this.change({ type: "interrupted", media, atMs: Date.now() });
    room
      .on(RoomEvent.SignalReconnecting, interrupted(false))
      .on(RoomEvent.Reconnecting, interrupted(true))
      .on(RoomEvent.Reconnected, () => this.change({ type: "restored", atMs: Date.now() }))
      .on(RoomEvent.Disconnected, (reason) => void this.disconnected(reason));
  }

  /** Throws what `Room.connect` throws when the first connection fails. */
  async start(): Promise<void> {
    this.change({ type: "connect" });
    try {
      await this.connect();
    } catch (error) {
      this.change({ type: "ended", reason: "lost" });
      throw error;
    }
    this.change({ type: "connected" });
    this.planRenewal();
  }

  async leave(): Promise<void> {
    this.change({ type: "ended", reason: "left" });
    this.closing.abort();
    clearTimeout(this.renewal);
    await this.room.disconnect();
  }

  /** The person has read that the connection is back. */
  noticed(): void {
    this.change({ type: "noticed" });
  }

  private change(event: Parameters<typeof advance>[1]): void {
    this.connection.update((connection) => advance(connection, event));
  }

  private async connect(): Promise<void> {
    const { url, token, ice_servers: servers } = this.admission;
    const rtcConfig: RTCConfiguration = {
      ...(servers.length ? { iceServers: [...servers] } : {}),
      ...(this.options.relayOnly ? { iceTransportPolicy: "relay" } : {}),
    };
    await this.room.connect(url, token, { autoSubscribe: false, rtcConfig });
    this.options.onConnected();
  }

  private async disconnected(reason: DisconnectReason | undefined): Promise<void> {
    const state = this.connection.get().state;
    if (this.closing.signal.aborted || state === "idle" || state === "connecting") return;
    const final = finalReason(reason);
    if (final) {
      this.end(final);
      return;
    }
    this.change({ type: "interrupted", media: true, atMs: Date.now() });
    await this.rejoin();
  }

  private async rejoin(): Promise<void> {
    const giveUpAt = Date.now() + REJOIN_FOR_MS;
    for (let waitMs = 500; Date.now() < giveUpAt; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      await this.pause(waitMs);
      if (this.closing.signal.aborted) return;
      try {
        this.admission = await this.api.renew(this.admission.session);
        await this.connect();
        this.change({ type: "restored", atMs: Date.now() });
        return;
      } catch (error) {
        const final = refusedForGood(error);
        if (final) {
          this.end(final);
          return;
        }
        console.warn("could not come back yet", error);
      }
    }
    this.end("lost");
  }

  private end(reason: EndReason): void {
    clearTimeout(this.renewal);
    this.closing.abort();
    this.change({ type: "ended", reason });
  }

  /** At half of the token's life, so that a new connection always finds a fresh one. */
  private planRenewal(): void {
    const leftMs = Date.parse(this.admission.expires_at) - Date.now();
    const waitMs = Math.max(20_000, Number.isNaN(leftMs) ? 0 : leftMs / 2);
    this.renewal = setTimeout(() => void this.renew(), waitMs);
  }

  private async renew(): Promise<void> {
    if (this.closing.signal.aborted) return;
    try {
      this.admission = await this.api.renew(this.admission.session);
    } catch (error) {
      // Being refused does not end a running connection: the service does that itself where it must.
      if (refusedForGood(error)) return;
      console.warn("the right to be here could not be renewed yet", error);
    }
    this.planRenewal();
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.closing.signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

function refusedForGood(error: unknown): EndReason | null {
  if (!(error instanceof ApiError)) return null;
  if (error.code === "room_closed") return "closed";
  return ["session_ended", "invitation_revoked", "invitation_expired"].includes(error.code) ? "removed" : null;
}

function finalReason(reason: DisconnectReason | undefined): EndReason | null {
  switch (reason) {
    case DisconnectReason.CLIENT_INITIATED:
      return "left";
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
