/**
 * What this browser keeps of its visits: one visit for each invitation while the tab lives, so that a reload comes back
 * as the same person, and for longer the identities it was given, which open nothing: whoever was removed is known by them.
 */

import { READ_MODES } from "../logic/captionView";
import type { Wishes } from "../logic/wishes";
import { guarded } from "./guarded";

/** How somebody was there: their name, what they chose, and their microphone. */
export interface Manner {
  readonly name: string;
  readonly wishes: Wishes;
  readonly microphone: Capture;
  /** Missing where it was never looked at. */
  readonly camera?: Capture;
}

/** Device id, empty for the browser's choice, and whether it is open. */
export interface Capture {
  readonly device: string;
  readonly on: boolean;
}

/** A visit that can be gone on with. */
export interface KeptVisit {
  /** The secret of the session, or of the ticket of who waits, which becomes that of the session. */
  readonly secret: string;
  readonly waiting: boolean;
  /** Null where the page chooses nothing, as one of captions alone. */
  readonly manner: Manner | null;
}

const PREFIX = "hive.session.";
const IDENTITIES = "hive.identities";
const MOST_IDENTITIES = 16;

export function keptVisit(invitation: string): KeptVisit | null {
  return readVisit(guarded(() => window.sessionStorage.getItem(PREFIX + invitation)) ?? "");
}

export function keepVisit(invitation: string, visit: KeptVisit): void {
  guarded(() => window.sessionStorage.setItem(PREFIX + invitation, JSON.stringify(visit)));
}

/** Keeps how somebody is there, where their visit is kept. */
export function keepManner(invitation: string, manner: Manner): void {
  const kept = keptVisit(invitation);
  if (kept) keepVisit(invitation, { ...kept, manner });
}

export function forgetVisit(invitation: string): void {
  guarded(() => window.sessionStorage.removeItem(PREFIX + invitation));
}

/** Null for anything that is no visit. */
export function readVisit(json: string): KeptVisit | null {
  let kept: unknown;
  try {
    kept = JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  if (!isRecord(kept) || typeof kept["secret"] !== "string" || typeof kept["waiting"] !== "boolean") return null;
  return { secret: kept["secret"], waiting: kept["waiting"], manner: mannerOf(kept["manner"]) };
}

function mannerOf(value: unknown): Manner | null {
  if (!isRecord(value) || typeof value["name"] !== "string") return null;
  const wishes = wishesOf(value["wishes"]);
  const microphone = captureOf(value["microphone"]);
  const camera = captureOf(value["camera"]);
  if (!wishes || !microphone) return null;
  return { name: value["name"], wishes, microphone, ...(camera && { camera }) };
}

function captureOf(value: unknown): Capture | null {
  return isRecord(value) && typeof value["device"] === "string"
    ? { device: value["device"], on: value["on"] === true }
    : null;
}

function wishesOf(value: unknown): Wishes | null {
  if (!isRecord(value) || !isRecord(value["read"])) return null;
  const { speak, listen, push } = value;
  const { mode, language } = value["read"];
  const known = READ_MODES.find((one) => one === mode);
  if (typeof speak !== "string" || typeof listen !== "string" || typeof language !== "string" || !known) return null;
  // Nobody holds a key down while a page loads.
  return { speak, listen, read: { mode: known, language }, push: push === "always" ? "always" : "released" };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The identities of this browser's last visits, the latest first. */
export function earlierIdentities(): readonly string[] {
  const kept = guarded(() => window.localStorage.getItem(IDENTITIES)) ?? "";
  return kept
    .split(" ")
    .filter((identity) => identity !== "" && identity.length <= 64)
    .slice(0, MOST_IDENTITIES);
}

export function keepIdentity(identity: string): void {
  const others = earlierIdentities().filter((other) => other !== identity);
  const kept = [identity, ...others].slice(0, MOST_IDENTITIES).join(" ");
  guarded(() => window.localStorage.setItem(IDENTITIES, kept));
}
