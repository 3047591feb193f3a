/** The calls to the installation that this browser is paired with. */

import { ApiError, JsonService } from "@hive/logic/jsonService";
import type { Settings } from "./settings";

/** What this browser may do in the name of whoever gave it a code. */
export interface Device {
  /** Scheme and host of the installation. */
  readonly address: string;
  readonly id: string;
  readonly token: string;
  /** RFC 3339. */
  readonly expiresAt: string;
}

/** A room of the same installation in which nobody else is. */
export interface PrivateRoom {
  readonly room: string;
  readonly url: string;
  readonly speakers: { readonly tab: string; readonly microphone: string };
  readonly listener: string;
  /** Relays; none where all can be reached without. */
  readonly iceServers: readonly RTCIceServer[];
}

interface RoomAnswer extends Omit<PrivateRoom, "iceServers"> {
  readonly ice_servers: readonly RTCIceServer[];
}

const PATH = "/api/v1";

export class Pairing extends JsonService {
  constructor(
    readonly address: string,
    fetch?: typeof globalThis.fetch,
  ) {
    super(address + PATH, fetch);
  }

  /** Throws ApiError. */
  async redeem(code: string, name: string): Promise<Device> {
    const answer = await this.call<Record<string, unknown>>("POST", "/pairing/redeem", { body: { code, name } });
    const { token, device_id: id, expires_at: expiresAt } = answer;
    if (!isText(token) || !isText(id) || !isText(expiresAt)) throw unexpected();
    return { address: this.address, token, id, expiresAt };
  }

  /** Throws ApiError. */
  async openRoom({ token }: Device, settings: Settings): Promise<PrivateRoom> {
    // Languages may be changed later, so all may be asked for that there are.
    const body = { hear: settings.hear, speak: settings.theirs, languages: null };
    const answer = await this.call<Partial<RoomAnswer>>("POST", "/pairing/rooms", { bearer: token, body });
    const { room, url, speakers, listener, ice_servers: iceServers = [] } = answer;
    if (!isText(room) || !isText(url) || !isText(listener) || !Array.isArray(iceServers)) throw unexpected();
    if (!isText(speakers?.tab) || !isText(speakers.microphone)) throw unexpected();
    return { room, url, listener, speakers, iceServers };
  }

  /** Throws ApiError. */
  async closeRoom({ token }: Device, { room }: PrivateRoom): Promise<void> {
    await this.call("DELETE", `/pairing/rooms/${encodeURIComponent(room)}`, { bearer: token });
  }

  /** Throws ApiError; afterwards the token opens nothing any more. */
  async withdraw({ id, token }: Device): Promise<void> {
    await this.call("DELETE", `/pairing/devices/${encodeURIComponent(id)}`, { bearer: token });
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function unexpected(): ApiError {
  return new ApiError("unexpected", "The answer is not what was asked for.");
}

/** Whether a refusal says that this browser is not welcome any more. */
export function isWithdrawn(error: unknown): boolean {
  return error instanceof ApiError && error.code === "device_revoked";
}
