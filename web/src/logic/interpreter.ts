/** What the interpreter says of itself in its participant attributes. */

import { servedBy } from "./languages";
import type { Attributes } from "./wishes";

export interface ChannelState {
  readonly language: string;
  readonly track: string;
  readonly listeners: number;
  /** Seconds from the end of a sentence to the end of its translation; null where not measured yet. */
  readonly lagS: number | null;
  readonly state: "open" | "muted" | "lingering";
  /** Whether it is being spoken on; null where the interpreter does not say so for each channel. */
  readonly speaking: boolean | null;
}

export type Interpreter =
  | { readonly present: false }
  | {
      readonly present: true;
      readonly identity: string;
      readonly state: "initializing" | "listening" | "speaking";
      readonly languages: readonly string[];
      readonly channels: readonly ChannelState[];
      readonly profile: string;
      readonly trouble: string;
    };

export const ABSENT: Interpreter = { present: false };

export function isInterpreter(attributes: Attributes): boolean {
  return attributes["translator.role"] === "interpreter";
}

/** Reads the attributes; what cannot be read counts as not said, so that an older page survives a newer worker. */
export function readInterpreter(identity: string, attributes: Attributes): Interpreter {
  const state = attributes["lk.agent.state"];
  const languages = parsed(attributes["translator.languages"]);
  return {
    present: true,
    identity,
    state: state === "speaking" || state === "listening" ? state : "initializing",
    languages: Array.isArray(languages) ? languages.filter((code) => typeof code === "string") : [],
    channels: readChannels(parsed(attributes["translator.channels"])),
    profile: attributes["translator.profile"] ?? "",
    trouble: attributes["translator.trouble"] ?? "",
  };
}

function readChannels(value: unknown): ChannelState[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([language, channel]: [string, unknown]) => {
    if (typeof channel !== "object" || channel === null) return [];
    const { track, listeners, lag_s: lag, state, speaking } = channel as Record<string, unknown>;
    return {
      language,
      track: typeof track === "string" ? track : `translated-${language}`,
      listeners: typeof listeners === "number" ? listeners : 0,
      lagS: typeof lag === "number" && lag > 0 ? lag : null,
      state: state === "muted" || state === "lingering" ? state : "open",
      speaking: typeof speaking === "boolean" ? speaking : null,
    };
  });
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "null");
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const CHANNEL_NAME = /^translated-(.+)$/;

/** The language of a channel's track, or null for any other track. */
export function languageOfTrack(name: string): string | null {
  return CHANNEL_NAME.exec(name)?.[1] ?? null;
}

/** Whether a track of the interpreter is the one that a listener of `listen` hears. */
export function isWantedChannel(trackName: string, listen: string, offered: readonly string[]): boolean {
  const language = languageOfTrack(trackName);
  if (language === null || listen === "off") return false;
  return servedBy(listen, offered.length ? offered : [language]) === language;
}

export function channelFor(interpreter: Interpreter, listen: string): ChannelState | undefined {
  if (!interpreter.present || listen === "off") return undefined;
  const language = servedBy(listen, interpreter.channels.map((channel) => channel.language));
  return interpreter.channels.find((channel) => channel.language === language);
}

export type Lag =
  | { readonly kind: "unknown" }
  | { readonly kind: "close" | "behind" | "far"; readonly seconds: number };

/** People follow an interpreter well up to about 4 s behind; beyond 8 s a conversation breaks. */
export function lagOf(channel: ChannelState | undefined): Lag {
  const seconds = channel?.lagS ?? null;
  if (seconds === null) return { kind: "unknown" };
  return { kind: seconds <= 4 ? "close" : seconds <= 8 ? "behind" : "far", seconds };
}

/** How many people still listen to a translation at this moment; 0 when nothing is playing. */
export function stillListening(interpreter: Interpreter): number {
  if (!interpreter.present || interpreter.state !== "speaking") return 0;
  return interpreter.channels
    .filter((channel) => channel.state === "open" && channel.speaking !== false)
    .reduce((sum, channel) => sum + channel.listeners, 0);
}
