/**
 * How a meeting's key is handed to the interpreter, and what the interpreter states of itself: the page's side of
 * `protocol/room_key.py`. X25519, HKDF-SHA256 and AES-256-GCM, all of the browser's own.
 */

import { parsed } from "./json";
import { base64url } from "./roomKey";
import { bytesOf, isKey, netstrings, SIGNATURE_ATTRIBUTE, SignatureCheck } from "./signatures";
import { within } from "./numbers";

const HANDOVER = "HIVE handover 1";
const CHECK = "HIVE key check 1";
const ACCESS = "HIVE access 1";
const NEXT = "HIVE next key 1";
const CHECK_VALUE = /^([A-Za-z0-9_-]{22})?$/;
const AES_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const CHECK_BYTES = 16;
const MOST_CHANGES = 1e9;

/** What an interpreter states, signed, of an encrypted meeting. */
export interface Access {
  /** The public key that the meeting's key is sealed for. */
  readonly sealing: string;
  /** Tells the key that it holds from others; empty: it holds none, and hears nothing. */
  readonly check: string;
  readonly number: number;
}

/** The key as only one interpreter in one meeting can open it. Throws where this browser has no X25519. */
export async function sealedFor(access: Access, key: string, room: string, identity: string): Promise<string> {
  const { subtle } = crypto;
  const pair = (await subtle.generateKey("X25519", true, ["deriveBits"])) as CryptoKeyPair;
  const own = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const theirs = await subtle.importKey("raw", bytesOf(access.sealing), "X25519", false, []);
  const shared = await subtle.deriveBits({ name: "X25519", public: theirs }, pair.privateKey, 256);
  const bound = netstrings([HANDOVER, room, identity, base64url(own), access.sealing]);
  const derived = await derive(shared, bound, AES_KEY_BYTES + NONCE_BYTES);
  const cipher = await subtle.importKey("raw", derived.slice(0, AES_KEY_BYTES), "AES-GCM", false, ["encrypt"]);
  const iv = derived.slice(AES_KEY_BYTES);
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv }, cipher, new TextEncoder().encode(key));
  return base64url(new Uint8Array([...own, ...new Uint8Array(sealed)]));
}

/** Tells one key of a meeting from another, and gives nothing of it away. */
export async function keyCheck(key: string, room: string): Promise<string> {
  return base64url(await derive(new TextEncoder().encode(key), netstrings([CHECK, room]), CHECK_BYTES));
}

/** Another key for the meeting, as only who has the one before can make or open it. */
export async function sealedNext(key: string, next: string, room: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const cipher = await nextCipher(key, room);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, cipher, new TextEncoder().encode(next));
  return base64url(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
}

/** Null for what was not sealed with `key` for this meeting. */
export async function openedNext(key: string, sealed: string, room: string): Promise<string | null> {
  try {
    const raw = bytesOf(sealed);
    const algorithm = { name: "AES-GCM", iv: raw.slice(0, NONCE_BYTES) };
    const next = await crypto.subtle.decrypt(algorithm, await nextCipher(key, room), raw.slice(NONCE_BYTES));
    return new TextDecoder().decode(next);
  } catch {
    return null;
  }
}

async function nextCipher(key: string, room: string): Promise<CryptoKey> {
  const derived = await derive(new TextEncoder().encode(key), netstrings([NEXT, room]), AES_KEY_BYTES);
  return crypto.subtle.importKey("raw", derived, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/**
 * What an agent states in its attribute `translator.access`; null where that was not signed with its own key for this
 * meeting and this agent.
 */
export async function readAccess(
  value: string | undefined,
  { key, room, identity }: { readonly key: string; readonly room: string; readonly identity: string },
): Promise<Access | null> {
  const told = parsed(value);
  if (typeof told !== "object" || told === null) return null;
  const { sealing, check, number, signature } = told as Record<string, unknown>;
  if (typeof sealing !== "string" || typeof check !== "string" || typeof signature !== "string") return null;
  if (!isKey(sealing) || !CHECK_VALUE.test(check) || !signature.startsWith(`${key}.`)) return null;
  const access = { sealing, check, number: Math.floor(within(number, 0, MOST_CHANGES)) };
  const stated = netstrings([ACCESS, room, identity, sealing, check, String(access.number)]);
  const holds = await new SignatureCheck(crypto.subtle).holdsFor(stated, { [SIGNATURE_ATTRIBUTE]: signature });
  return holds ? access : null;
}

async function derive(
  secret: ArrayBuffer | Uint8Array<ArrayBuffer>,
  info: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const algorithm = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, material, bytes * 8));
}
