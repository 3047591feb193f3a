/** The calls to the service that lets people in. Answers are checked where the page would break without. */

import type { Capacity } from "./capacity";
import type { Encrypted } from "./interpreter";
import { readOffer, type Offer } from "./offer";
import type { Rating } from "./rating";
import type { Glossary } from "./glossary";
import { JsonService } from "./jsonService";
import type { ChosenVoices, Voices } from "./voices";
import { newTraceparent } from "./tracing";

export { ApiError } from "./jsonService";

export type Role = "organiser" | "speaker" | "listener" | "reader";

export interface Config {
  readonly open_rooms: boolean;
  readonly version: string;
  readonly livekit_url: string;
  /** Where the operator says how data is handled. */
  readonly privacy_url: string | null;
  /** For rooms whose organisers have chosen no languages. */
  readonly offer: Offer;
  readonly interpreter: InstalledInterpreter;
}

/** What there is of interpreters here. */
export interface InstalledInterpreter {
  /** Whether a worker has been heard of in the last moments. */
  readonly available: boolean;
  /** Whether all there are have the models of a first try. */
  readonly trial: boolean;
}

export interface OrganiserOfRoom {
  readonly identity: string;
  /** They came by a link for organisers, and were not made one. */
  readonly by_link: boolean;
}

export interface Invitation {
  readonly room: string;
  readonly title: string;
  readonly role: Role;
  /** What the organisers have limited the room to. */
  readonly languages: readonly string[] | null;
  readonly offer: Offer;
  readonly source_language: string;
  readonly expires_at: string;
  /** Whether what is said there is being recorded on the server. */
  readonly recorded: boolean;
  /** Whether it is encrypted end to end: the link then has to bring the key. */
  readonly encrypted: boolean;
}

export interface Admission {
  readonly url: string;
  readonly token: string;
  readonly identity: string;
  readonly role: Role;
  readonly expires_at: string;
  readonly room: string;
  readonly title: string;
  readonly session: string;
  readonly ice_servers: readonly RTCIceServer[];
  readonly organiser_token: string | null;
  /** Whether people may record what they hear. */
  readonly recording_allowed: boolean;
  /** Whether the meeting is encrypted end to end. */
  readonly encrypted: boolean;
}

/** Whoever came has to wait until an organiser lets them in. */
export interface MustWait {
  readonly ticket: string;
  readonly expires_at: string;
  readonly ask_again_s: number;
}

/** Who gets in: nobody new where it is locked; whom an organiser lets in where it has a lobby. */
export interface DoorWish {
  readonly locked: boolean;
  readonly lobby: boolean;
}

export interface DoorState extends DoorWish {
  readonly waiting: readonly Waiter[];
}

export interface Waiter {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly since: string;
}

export interface RoomState {
  /** Whether speakers and listeners may write. */
  readonly chat: boolean;
  readonly recording_allowed: boolean;
}

/** A recording on the server; its parts and files come once a part of it has ended. */
export interface RecordingState {
  readonly id: string;
  readonly started_at: string;
  /** Null while it is being made. */
  readonly stopped_at: string | null;
  readonly parts: readonly RecordedPart[];
  readonly files: readonly RecordedFile[];
}

/** What one interpreter has recorded. */
export interface RecordedPart {
  readonly id: string;
  readonly began_at: string;
  readonly duration_s: number;
  /** Why it ended: "cut" where its process died. */
  readonly end: "stopped" | "limit" | "failed" | "cut";
}

export interface RecordedFile {
  /** Empty for the picture, which belongs to no part. */
  readonly part: string;
  readonly name: string;
  readonly bytes: number;
}

export interface NewRoom {
  readonly room: string;
  readonly title: string;
  readonly organiser_link: string;
  readonly guest_link: string;
  readonly captions_link: string;
  readonly organiser_token: string;
  readonly expires_at: string;
}

/** A code that pairs a browser's extension with this installation. */
export interface PairingCode {
  readonly code: string;
  /** How long it is good, in seconds. */
  readonly lasts_s: number;
  /** Shows and withdraws what is paired by it; null for the operator, whose key does. */
  readonly owner_token: string | null;
}

/** A browser that was paired. */
export interface PairedDevice {
  readonly device_id: string;
  readonly name: string;
  readonly used_at: string;
}

export interface Link {
  readonly id: string;
  readonly role: Role;
  /** What organisers tell it from others by. */
  readonly name: string;
  /** Null where nobody may come by it any more. */
  readonly link: string | null;
  readonly captions_link: string | null;
  readonly expires_at: string;
  readonly uses: number | null;
  readonly used: number;
  readonly state: "valid" | "expired" | "revoked" | "used_up";
  readonly created_at: string;
  readonly own: boolean;
}

export interface InterpreterWish {
  readonly languages: readonly string[] | null;
  readonly glossary: Glossary | null;
  readonly muted: readonly string[];
  readonly voices: ChosenVoices;
  /** Of speech that is not late; 1 is a voice's normal rate. */
  readonly speed: number;
  /** For the identity of a person the languages that they may interpret into. */
  readonly interprets: Readonly<Record<string, readonly string[]>>;
  /** Whether a turn is spoken once its speaker has finished it. */
  readonly consecutive: boolean;
  /** Whether nobody may be heard in a voice that resembles theirs. */
  readonly forbids_likeness: boolean;
}

export interface InterpreterState {
  readonly state: "absent" | "invited" | "joining" | "present" | "lost";
  readonly identity: string | null;
  readonly activity: "initializing" | "listening" | "speaking" | null;
  readonly languages: readonly string[] | null;
  readonly muted: readonly string[];
  readonly glossary: Glossary | null;
  readonly voices: ChosenVoices;
  /** Of speech that is not late; 1 is a voice's normal rate. */
  readonly speed: number;
  readonly interprets: Readonly<Record<string, readonly string[]>>;
  readonly consecutive: boolean;
  readonly forbids_likeness: boolean;
  /** All that there is, whatever was chosen of it. */
  readonly available_languages: readonly string[];
  /** What may be asked for now. */
  readonly offered_languages: readonly string[];
  readonly available_voices: Voices;
  readonly channels: readonly {
    readonly language: string;
    readonly listeners: number;
    readonly lag_s: number | null;
    readonly state: "open" | "muted" | "lingering" | "human";
  }[];
  readonly capacity: Capacity | null;
  readonly encrypted: Encrypted | null;
  readonly profile: string | null;
  readonly trouble: string;
}

export interface JoinWish {
  readonly invitation: string;
  readonly name: string;
  readonly speak?: string;
  readonly listen?: string;
  readonly captions?: string;
  /** Identities that this browser was given before. */
  readonly earlier?: readonly string[];
}

/** Hours of sound over a slow line. */
const FILE_PATIENCE_MS = 3_600_000;

export class Api extends JsonService {
  constructor(fetch?: typeof globalThis.fetch, base = "/api/v1") {
    super(base, fetch);
  }

  async config(): Promise<Config> {
    const config = await this.call<Config>("GET", "/config");
    return { ...config, offer: readOffer(config.offer) };
  }

  /** Whoever came by a link sees it by their session also once it is used up. */
  async invitation(token: string, session?: string): Promise<Invitation> {
    const body = { invitation: token, ...(session ? { session } : {}) };
    const invitation = await this.call<Invitation>("POST", "/invitation", { body });
    return { ...invitation, offer: readOffer(invitation.offer) };
  }

  join(wish: JoinWish): Promise<Admission | MustWait> {
    return this.call("POST", "/join", { body: wish });
  }

  /** Whether somebody who waits may come in by now. */
  ask(ticket: string): Promise<Admission | MustWait> {
    return this.call("POST", "/waiting", { body: { ticket } });
  }

  giveUp(ticket: string): Promise<void> {
    return this.call("POST", "/waiting/end", { body: { ticket } });
  }

  renew(session: string): Promise<Admission> {
    return this.call("POST", "/renew", { body: { session } });
  }

  /** Says how good a caption or a voice is; nobody learns who said it. */
  rate(session: string, { source, target, ...rating }: Rating): Promise<void> {
    const body = { session, source_language: source, target_language: target, ...rating };
    return this.call("POST", "/feedback", { body });
  }

  createRoom(
    room: {
      title?: string;
      source_language?: string;
      languages?: readonly string[] | null;
      guest_role?: Role;
      chat?: boolean;
      encrypted?: boolean;
      interpreter?: boolean;
    },
    operatorKey?: string,
  ): Promise<NewRoom> {
    return this.call("POST", "/rooms", operatorKey ? { body: room, bearer: operatorKey } : { body: room });
  }

  /** @param bearer the operator's key, or an owner's token. */
  pairingCode(bearer: string | null): Promise<PairingCode> {
    return this.call("POST", "/pairing/codes", bearer ? { bearer } : {});
  }

  async pairedDevices(bearer: string): Promise<readonly PairedDevice[]> {
    return (await this.call<{ devices: PairedDevice[] }>("GET", "/pairing/devices", { bearer })).devices;
  }

  withdrawDevice(id: string, bearer: string): Promise<void> {
    return this.call("DELETE", `/pairing/devices/${encodeURIComponent(id)}`, { bearer });
  }

  /** The calls that only an organiser of this room may make. */
  organise(room: string, organiserToken: string): Organising {
    const path = `/rooms/${encodeURIComponent(room)}`;
    const call = <T>(method: string, rest: string, body?: unknown): Promise<T> =>
      this.call<T>(method, path + rest, { bearer: organiserToken, ...(body === undefined ? {} : { body }) });
    return {
      room: () => call("GET", ""),
      close: () => call("DELETE", ""),
      erase: () => call("DELETE", "?erase=true"),
      stored: () => call("GET", "/export"),
      recordings: async () => (await call<{ recordings: RecordingState[] }>("GET", "/recordings")).recordings,
      startRecording: () => call("POST", "/recordings"),
      stopRecording: () => call("DELETE", "/recordings/running"),
      deleteRecording: (id) => call("DELETE", `/recordings/${encodeURIComponent(id)}`),
      recordedFile: (id, { part, name }) =>
        this.file(
          `${path}/recordings/${encodeURIComponent(id)}/file?${new URLSearchParams({ part, name })}`,
          { bearer: organiserToken },
          FILE_PATIENCE_MS,
        ),
      allowRecording: (allowed) => call("PUT", "/recording", { allowed }),
      allowChat: (allowed) => call("PUT", "/chat", { allowed }),
      lowerHand: (identity) => call("DELETE", `/participants/${encodeURIComponent(identity)}/hand`),
      links: async () => (await call<{ invitations: Link[] }>("GET", "/invitations")).invitations,
      invite: (wish) => call("POST", "/invitations", wish),
      revoke: (id, remove) => call("DELETE", `/invitations/${encodeURIComponent(id)}?remove=${remove}`),
      removePerson: (identity, withdrawLink) =>
        call("DELETE", `/participants/${encodeURIComponent(identity)}?withdraw_link=${withdrawLink}`),
      mute: (identity) => call("POST", `/participants/${encodeURIComponent(identity)}/mute`),
      muteOthers: () => call("POST", "/mute"),
      organisers: async () => (await call<{ organisers: OrganiserOfRoom[] }>("GET", "/organisers")).organisers,
      appoint: (identity) => call("PUT", `/organisers/${encodeURIComponent(identity)}`),
      dismissOrganiser: (identity) => call("DELETE", `/organisers/${encodeURIComponent(identity)}`),
      door: () => call("GET", "/door"),
      setDoor: (wish) => call("PUT", "/door", wish),
      admit: (waiter) => call("POST", `/door/waiting/${encodeURIComponent(waiter)}`),
      refuse: (waiter) => call("DELETE", `/door/waiting/${encodeURIComponent(waiter)}`),
      interpreter: () => call("GET", "/interpreter"),
      setInterpreter: (body) =>
        this.call("PUT", `${path}/interpreter`, { bearer: organiserToken, body, traceparent: newTraceparent() }),
      dismissInterpreter: () => call("DELETE", "/interpreter"),
      handOverKey: (identity, sealed) => call("PUT", "/interpreter/key", { identity, sealed }),
      withdrawKey: () => call("DELETE", "/interpreter/key"),
    };
  }
}

export interface Organising {
  room(): Promise<RoomState>;
  close(): Promise<void>;
  /** Closes the room and erases all that is stored of it. */
  erase(): Promise<void>;
  /** All that is stored of the room. */
  stored(): Promise<object>;
  /** Those on the server, the newest first. */
  recordings(): Promise<RecordingState[]>;
  startRecording(): Promise<RecordingState>;
  /** Ends the one that is being made. */
  stopRecording(): Promise<void>;
  deleteRecording(id: string): Promise<void>;
  recordedFile(id: string, file: Pick<RecordedFile, "part" | "name">): Promise<Blob>;
  allowRecording(allowed: boolean): Promise<void>;
  allowChat(allowed: boolean): Promise<void>;
  lowerHand(identity: string): Promise<void>;
  links(): Promise<Link[]>;
  invite(wish: { role: Role; name?: string; expires_in_s?: number; uses?: number | null }): Promise<Link>;
  revoke(id: string, remove: boolean): Promise<{ removed: number }>;
  /** With `withdrawLink` nobody new comes by the link that they came by. */
  removePerson(identity: string, withdrawLink: boolean): Promise<void>;
  /** Closes a microphone, which its owner may open again. */
  mute(identity: string): Promise<{ muted: number }>;
  muteOthers(): Promise<{ muted: number }>;
  organisers(): Promise<OrganiserOfRoom[]>;
  /** Makes somebody an organiser, for as long as their session lasts. */
  appoint(identity: string): Promise<void>;
  dismissOrganiser(identity: string): Promise<void>;
  door(): Promise<DoorState>;
  setDoor(wish: DoorWish): Promise<DoorState>;
  admit(waiter: string): Promise<void>;
  refuse(waiter: string): Promise<void>;
  interpreter(): Promise<InterpreterState>;
  setInterpreter(wish: InterpreterWish): Promise<InterpreterState>;
  dismissInterpreter(): Promise<void>;
  /** Passes on the key of an encrypted meeting, sealed for one interpreter: the service can open it as little as anybody. */
  handOverKey(identity: string, sealed: string): Promise<void>;
  withdrawKey(): Promise<void>;
}
