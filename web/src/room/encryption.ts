import {
  BaseKeyProvider,
  isE2EESupported,
  ParticipantKind,
  RoomEvent,
  type E2EEOptions,
  type Participant,
  type Room,
} from "livekit-client";
import E2EEWorker from "livekit-client/e2ee-worker?worker";
import { ApiError, type Organising } from "../logic/api";
import { keyCheck, openedNext, readAccess, sealedFor, sealedNext, type Access } from "../logic/handover";
import { isInterpreter, keyOf } from "../logic/interpreter";
import { isRoomKey, keepKeyHere, newRoomKey } from "../logic/roomKey";
import { Store } from "../logic/store";
import { rekeyMeeting } from "./meetingShelf";

/** On which an organiser's page gives the others another key, encrypted with the one before. */
const KEY_TOPIC = "translator.key";
/** A sign that somebody's sound cannot be deciphered is given again within a minute while it is so. */
const UNREADABLE_FOR_MS = 70_000;
/** One comes a second at most, five in a row; while keys are derived or change, fewer are nobody's fault. */
const SIGNS = 5;
/** How livekit-client's worker begins what it says of a key that does not fit. */
const UNFIT = /^InvalidKey/;
const ORGANISER = /^organiser-/;
/** How long an interpreter may take to say that it has taken the key, or forgotten it. */
const ANSWER_MS = 15_000;

/** Who can hear an encrypted meeting beside those in it. */
export type Secrecy =
  /** No interpreter says that it has a key. */
  | { readonly state: "deaf"; readonly interpreter: Recipient | null }
  /** One has this meeting's key. */
  | { readonly state: "hears"; readonly interpreter: Recipient | null }
  /** One has a key, but another than this page. */
  | { readonly state: "other-key"; readonly interpreter: Recipient };

/** An interpreter that a key can be sealed for. */
export interface Recipient {
  readonly identity: string;
  readonly access: Access;
}

/** A key that all share, as LiveKit's clients derive it from the same characters. */
class SharedKey extends BaseKeyProvider {
  constructor() {
    super({ sharedKey: true, ratchetWindowSize: 0, failureTolerance: -1 });
  }

  async set(key: string): Promise<void> {
    const material = await crypto.subtle.importKey("raw", new TextEncoder().encode(key), "PBKDF2", false, [
      "deriveBits",
      "deriveKey",
    ]);
    this.onSetEncryptionKey(material);
  }
}

/** The end-to-end encryption of one visit: LiveKit's own, and what this page knows of who has the key. */
export class Encryption {
  readonly options: E2EEOptions;
  readonly key: Store<string>;
  readonly secrecy = new Store<Secrecy>({ state: "deaf", interpreter: null });
  /** Identities of those whose sound this page's key does not open. */
  readonly unreadable = new Store<readonly string[]>([]);
  /** Identities of people who send sound or pictures that are not encrypted. */
  readonly inTheClear = new Store<readonly string[]>([]);
  private readonly provider = new SharedKey();
  private readonly worker = new E2EEWorker();
  /** By identity: signs in a row that their sound cannot be deciphered, and what forgets them. */
  private readonly signs = new Map<string, { count: number; timer: ReturnType<typeof setTimeout> }>();
  /** Agents whose words came encrypted with this key: they have it, whatever they state. */
  private readonly proved = new Set<string>();
  private room: Room | null = null;
  private name = "";
  private looks = 0;

  private constructor(key: string) {
    this.key = new Store(key);
    this.options = { keyProvider: this.provider, worker: this.worker };
  }

  /** Throws ApiError where this browser cannot encrypt. */
  static async open(key: string): Promise<Encryption> {
    if (!isE2EESupported()) throw new ApiError("encryption_unsupported", "This browser cannot encrypt calls.");
    const encryption = new Encryption(key);
    await encryption.provider.set(key);
    return encryption;
  }

  /** Before the room is connected: nothing is to be sent in the clear. `name` is what the service calls the room. */
  async follow(room: Room, name: string): Promise<void> {
    this.room = room;
    this.name = name;
    const look = (): void => void this.look();
    room
      .on(RoomEvent.Connected, look)
      .on(RoomEvent.Reconnected, look)
      .on(RoomEvent.ParticipantConnected, look)
      .on(RoomEvent.ParticipantDisconnected, look)
      .on(RoomEvent.ParticipantAttributesChanged, look)
      .on(RoomEvent.TrackPublished, look)
      .on(RoomEvent.TrackUnpublished, look)
      .on(RoomEvent.EncryptionError, (error, participant) => this.failed(error, participant))
      .on(RoomEvent.DataReceived, (data, from, _, topic) => {
        if (topic === KEY_TOPIC) void this.take(data, from);
      });
    await room.setE2EEEnabled(true);
  }

  /** An agent's words came encrypted with the key that this page has. */
  prove(identity: string): void {
    if (this.proved.has(identity)) return;
    this.proved.add(identity);
    void this.look();
  }

  /** Seals the key for an interpreter, and waits until it says that it has it. Throws ApiError. */
  async handOver(organising: Organising, { identity, access }: Recipient, key = this.key.get()): Promise<void> {
    let sealed: string;
    try {
      sealed = await sealedFor(access, key, this.name, identity);
    } catch {
      throw new ApiError("encryption_unsupported", "This browser cannot seal keys.");
    }
    await organising.handOverKey(identity, sealed);
    const check = await keyCheck(key, this.name);
    await this.until(() => this.secrecy.get().interpreter?.access.check === check);
  }

  /** Throws ApiError. */
  async withdraw(organising: Organising): Promise<void> {
    await organising.withdrawKey();
    await this.until(() => this.secrecy.get().state === "deaf");
  }

  /** Whether this person came by an organiser's link: from nobody else do others take another key. */
  get mayChange(): boolean {
    return ORGANISER.test(this.room?.localParticipant.identity ?? "");
  }

  /** Gives everybody who is here another key, an interpreter that hears included. Throws ApiError. */
  async change(organising: Organising): Promise<void> {
    const key = newRoomKey();
    const { state, interpreter } = this.secrecy.get();
    try {
      // livekit-client does not say of a page's packet whether it was encrypted: this one proves it by itself.
      const sealed = await sealedNext(this.key.get(), key, this.name);
      await this.room?.localParticipant.publishData(new TextEncoder().encode(sealed), {
        reliable: true,
        topic: KEY_TOPIC,
      });
    } catch {
      throw new ApiError("offline", "The others could not be told.");
    }
    await this.use(key);
    if (state !== "deaf" && interpreter) await this.handOver(organising, interpreter, key);
  }

  close(): void {
    this.forgetSigns();
    this.worker.terminate();
  }

  private async take(data: Uint8Array, from: Participant | undefined): Promise<void> {
    if (!from || !ORGANISER.test(from.identity)) return;
    const key = await openedNext(this.key.get(), new TextDecoder().decode(data.slice(0, 200)), this.name);
    if (key !== null && isRoomKey(key)) await this.use(key);
  }

  private async use(key: string): Promise<void> {
    await this.provider.set(key);
    this.key.set(key);
    keepKeyHere(key);
    rekeyMeeting(this.name, key);
    this.forgetSigns();
    this.proved.clear();
    await this.look();
  }

  private failed(error: Error | undefined, participant: Participant | undefined): void {
    if (!participant || participant.isLocal || !UNFIT.test(error?.message ?? "")) return;
    const { identity } = participant;
    const before = this.signs.get(identity);
    clearTimeout(before?.timer);
    const forget = (): void => {
      this.signs.delete(identity);
      this.showUnreadable();
    };
    this.signs.set(identity, { count: (before?.count ?? 0) + 1, timer: setTimeout(forget, UNREADABLE_FOR_MS) });
    this.showUnreadable();
  }

  private showUnreadable(): void {
    this.unreadable.set([...this.signs].filter(([, { count }]) => count >= SIGNS).map(([identity]) => identity));
  }

  private forgetSigns(): void {
    for (const { timer } of this.signs.values()) clearTimeout(timer);
    this.signs.clear();
    this.showUnreadable();
  }

  /** Reads what all agents state. Of several that speak of the room the one that hears counts. */
  private async look(): Promise<void> {
    const look = (this.looks += 1);
    const people = [...(this.room?.remoteParticipants.values() ?? [])];
    const clear = people.filter(
      ({ kind, trackPublications: tracks }) =>
        kind !== ParticipantKind.AGENT && [...tracks.values()].some(({ isEncrypted }) => !isEncrypted),
    );
    const agents = people.filter(({ kind }) => kind === ParticipantKind.AGENT);
    const stated = await Promise.all(agents.map((agent) => this.statedBy(agent)));
    const own = await keyCheck(this.key.get(), this.name);
    if (look !== this.looks) return; // something changed meanwhile: a later look knows more
    this.inTheClear.set(clear.map(({ identity }) => identity));
    this.secrecy.set(
      secrecyOf(
        stated.filter((each) => each !== null),
        own,
        agents.some(({ identity }) => this.proved.has(identity)),
      ),
    );
  }

  private async statedBy({ identity, attributes }: Participant): Promise<Recipient | null> {
    const key = keyOf(attributes);
    if (!key || !isInterpreter(attributes)) return null;
    const access = await readAccess(attributes["translator.access"], { key, room: this.name, identity });
    return access && { identity, access };
  }

  private until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: ApiError): void => {
        clearTimeout(timer);
        stop();
        if (error) reject(error);
        else resolve();
      };
      const stop = this.secrecy.subscribe(() => holds() && settle());
      const timer = setTimeout(
        () => settle(new ApiError("interpreter_gone", "The interpreter does not answer.")),
        ANSWER_MS,
      );
      if (holds()) settle();
    });
  }
}

/** `own` tells this page's key from others; `proved`: an agent that is here has sent what only this key opens. */
export function secrecyOf(stated: readonly Recipient[], own: string, proved: boolean): Secrecy {
  const hears = stated.find(({ access }) => access.check === own);
  if (hears || proved) return { state: "hears", interpreter: hears ?? stated.at(-1) ?? null };
  const other = stated.find(({ access }) => access.check !== "");
  if (other) return { state: "other-key", interpreter: other };
  return { state: "deaf", interpreter: stated.at(-1) ?? null };
}
