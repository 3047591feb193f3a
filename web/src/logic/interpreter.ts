/** What the interpreter says of itself in its participant attributes. */

import { readBooths, type Booths } from "./booths";
import { parsed } from "./json";
import { readLikenesses, type Likenesses } from "./likeness";
import { isLanguageCode, servedBy } from "./languages";
import { readOffer, type Offer } from "./offer";
import { plainText } from "./plainText";
import { LONGEST_MS, within } from "./numbers";
import { readReports, type Report } from "./reports";
import { isKey } from "./signatures";
import type { Attributes } from "./wishes";

/** Beyond these, what an interpreter says of itself is not looked at. */
const MOST_LANGUAGES = 300;
const MOST_CHANNELS = 100;
const MOST_LISTENERS = 100_000;
const MOST_WORDS = 300;

export interface ChannelState {
  readonly language: string;
  readonly track: string;
  readonly listeners: number;
  /** Seconds from the end of a sentence to the end of its translation; null where not measured yet. */
  readonly lagS: number | null;
  /** "human": a person interprets in the machine's place. */
  readonly state: "open" | "muted" | "lingering" | "human";
  /** Whether it is being spoken on; null where the interpreter does not say so for each channel. */
  readonly speaking: boolean | null;
}

/** Whose words the interpreter cannot hear, as they are encrypted end to end and it has no key. */
export interface Encrypted {
  /** Whether nobody can be heard of those who have a microphone. */
  readonly everybody: boolean;
  /** Identities; of many only some. */
  readonly speakers: readonly string[];
  /** Whether it has a key, and another one would be needed. */
  readonly other_key?: boolean;
}

export type Interpreter =
  | { readonly present: false }
  | {
      readonly present: true;
      readonly identity: string;
      readonly state: "initializing" | "listening" | "speaking";
      /** What may be asked for now. */
      readonly languages: readonly string[];
      /** What it could do, whatever the organiser has limited it to. */
      readonly abilities: Offer;
      readonly channels: readonly ChannelState[];
      readonly profile: string;
      readonly reports: readonly Report[];
      readonly encrypted: Encrypted | null;
      /** The people who interpret. */
      readonly booths: Booths;
      /** Null where turns are not kept apart. */
      readonly turn: Turn | null;
      /** Null where nobody can be heard in a voice that resembles theirs, or nobody may. */
      readonly likenesses: Likenesses | null;
      /** Whether it is to be told what people did, for measuring. */
      readonly traced: boolean;
    };

/** Whose turn it is, and whose is being spoken; identities, "" for nobody's. */
export interface Turn {
  readonly speaker: string;
  readonly interpreting: string;
}

export const ABSENT: Interpreter = { present: false };

/** One that waits for another to leave. */
export function isStandby(attributes: Attributes): boolean {
  return attributes["translator.role"] === "standby";
}

export function isInterpreter(attributes: Attributes): boolean {
  return attributes["translator.role"] === "interpreter";
}

/** The public key that its captions are signed with; null while it has not said it. */
export function keyOf(attributes: Attributes): string | null {
  const key = attributes["translator.key"] ?? "";
  return isKey(key) ? key : null;
}

/** Reads the attributes; what cannot be read counts as not said, so that an older page survives a newer worker. */
export function readInterpreter(identity: string, attributes: Attributes): Interpreter {
  const state = attributes["lk.agent.state"];
  return {
    present: true,
    identity,
    state: state === "speaking" || state === "listening" ? state : "initializing",
    languages: readCodes(parsed(attributes["translator.languages"])),
    abilities: readOffer(parsed(attributes["translator.abilities"])),
    channels: readChannels(parsed(attributes["translator.channels"])),
    profile: plainText(attributes["translator.profile"] ?? "", MOST_WORDS),
    reports: readReports(parsed(attributes["translator.reports"])),
    encrypted: readEncrypted(parsed(attributes["translator.encrypted"] || undefined)),
    booths: readBooths(parsed(attributes["translator.interpreters"] || undefined)),
    turn: readTurn(parsed(attributes["translator.turn"] || undefined)),
    likenesses: readLikenesses(parsed(attributes["translator.likenesses"] || undefined)),
    traced: attributes["translator.traced"] === "on",
  };
}

const MOST_NAMED = 30;

function readEncrypted(value: unknown): Encrypted | null {
  if (typeof value !== "object" || value === null) return null;
  const { everybody, speakers, other_key: otherKey } = value as Record<string, unknown>;
  const named = Array.isArray(speakers) ? speakers.filter((who) => typeof who === "string").slice(0, MOST_NAMED) : [];
  return named.length || everybody === true
    ? { everybody: everybody === true, speakers: named, ...(otherKey === true ? { other_key: true } : {}) }
    : null;
}

function readTurn(value: unknown): Turn | null {
  if (typeof value !== "object" || value === null) return null;
  const { speaker, interpreting } = value as Record<string, unknown>;
  return typeof speaker === "string" && typeof interpreting === "string" ? { speaker, interpreting } : null;
}

function readCodes(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.slice(0, MOST_LANGUAGES).filter(isCode) : [];
}

function isCode(value: unknown): value is string {
  return typeof value === "string" && isLanguageCode(value);
}

function readChannels(value: unknown): ChannelState[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .slice(0, MOST_CHANNELS)
    .flatMap(([language, channel]: [string, unknown]) => {
      if (!isCode(language) || typeof channel !== "object" || channel === null) return [];
      const { track, listeners, lag_s: lag, state, speaking } = channel as Record<string, unknown>;
      const lagS = within(lag, 0, LONGEST_MS / 1000);
      return {
        language,
        track: typeof track === "string" ? track.slice(0, MOST_WORDS) : `translated-${language}`,
        listeners: Math.floor(within(listeners, 0, MOST_LISTENERS)),
        lagS: lagS > 0 ? lagS : null,
        state: state === "muted" || state === "lingering" || state === "human" ? state : "open",
        speaking: typeof speaking === "boolean" ? speaking : null,
      };
    });
}

const CHANNEL_NAME = /^translated-(.+)$/;

/** The language of a channel's track, or null for any other track. */
export function languageOfTrack(name: string): string | null {
  const language = CHANNEL_NAME.exec(name.slice(0, MOST_WORDS))?.[1] ?? "";
  return isLanguageCode(language) ? language : null;
}

/** Whether a track of the interpreter is the one that a listener of `listen` hears. */
export function isWantedChannel(trackName: string, listen: string, offered: readonly string[]): boolean {
  const language = languageOfTrack(trackName);
  if (language === null || listen === "off") return false;
  return servedBy(listen, offered.length ? offered : [language]) === language;
}

export function channelFor(interpreter: Interpreter, listen: string): ChannelState | undefined {
  if (!interpreter.present || listen === "off") return undefined;
  const language = servedBy(
    listen,
    interpreter.channels.map((channel) => channel.language),
  );
  return interpreter.channels.find((channel) => channel.language === language);
}

export type Lag =
  { readonly kind: "unknown" } | { readonly kind: "close" | "behind" | "far"; readonly seconds: number };

/** Whether a listener of `listen` hears a translated voice. */
export function hearsTranslation(interpreter: Interpreter, listen: string): boolean {
  const channel = channelFor(interpreter, listen);
  return channel !== undefined && channel.state !== "muted";
}

const LAG_KINDS = ["close", "behind", "far"] as const;
/** It must grow so much beyond a limit to be called worse than before, so that a lag at the limit does not flicker. */
const LAG_SLACK_S = 1;

/**
 * People follow an interpreter well up to about 4 s behind; beyond 8 s a conversation breaks.
 *
 * `before` is what the lag was called last. A muted channel is behind nothing, and of people it is not known.
 */
export function lagOf(channel: ChannelState | undefined, before: Lag["kind"] = "unknown"): Lag {
  const measured = channel?.state === "open" || channel?.state === "lingering";
  const seconds = measured ? channel.lagS : null;
  if (seconds === null) return { kind: "unknown" };
  const now = lagRank(seconds);
  const last = before === "unknown" ? now : LAG_KINDS.indexOf(before);
  const rank = now > last ? Math.max(last, lagRank(seconds - LAG_SLACK_S)) : now;
  return { kind: LAG_KINDS[rank] ?? "far", seconds };
}

function lagRank(seconds: number): number {
  return seconds <= 4 ? 0 : seconds <= 8 ? 1 : 2;
}

/** How many others than a listener of `listen` still hear a translation at this moment; 0 when nothing is playing. */
export function stillListening(interpreter: Interpreter, listen: string): number {
  if (!interpreter.present || interpreter.state !== "speaking") return 0;
  const own = channelFor(interpreter, listen);
  return interpreter.channels
    .filter((channel) => channel.state === "open" && channel.speaking !== false)
    .reduce((sum, channel) => sum + Math.max(0, channel.listeners - (channel === own ? 1 : 0)), 0);
}
