/** What the parts of the extension tell each other about a call that is interpreted. */

import type { ShownParagraph } from "@hive/logic/captionView";
import type { Lag } from "@hive/logic/interpreter";
import type { MicrophoneProblem } from "@hive/logic/microphone";
import type { Device } from "./pairing";
import type { Change, Settings } from "./settings";

export interface Tab {
  readonly id: number;
  readonly title: string;
}

/** Why there is no call, or none any more. */
export type Problem =
  "unpaired" | "withdrawn" | "offline" | "crowded" | "refused" | "protected" | "taken" | "tab-gone" | "server-gone";

/** What became of the microphone that the call's page opens. */
export type PageMicrophone =
  /** No part of the extension is in the page. */
  | "out-of-reach"
  /** The page has not opened its microphone since. */
  | "waiting"
  | "replaced"
  /** The page has to be clicked before it may make sound. */
  | "suspended"
  /** The translated voice does not reach the page. */
  | "failed";

export interface CallState {
  readonly phase: "idle" | "starting" | "running" | "interrupted";
  readonly tab: Tab | null;
  readonly problem: Problem | null;
  readonly interpreter: "absent" | "joining" | "present" | "left";
  /** Of what is heard here. */
  readonly lag: Lag;
  /** Languages that may be asked for; null where it is not known yet. */
  readonly offered: readonly string[] | null;
  readonly microphone: "off" | "on" | MicrophoneProblem;
  /** Whether captions stand on the page, or it refuses them. */
  readonly captions: "none" | "shown" | "refused";
  readonly page: PageMicrophone;
  /** Whether the button that asks for a translation is held. */
  readonly pressed: boolean;
  readonly othersHear: "own" | "translation";
}

export const IDLE: CallState = {
  phase: "idle",
  tab: null,
  problem: null,
  interpreter: "absent",
  lag: { kind: "unknown" },
  offered: null,
  microphone: "off",
  captions: "none",
  page: "out-of-reach",
  pressed: false,
  othersHear: "own",
};

export type Speaker = "call" | "you";

/** Captions as they are shown; speakers are known by what they are here. */
export interface Line extends Omit<ShownParagraph, "speaker"> {
  readonly speaker: Speaker;
}

export interface CallStart {
  readonly tab: Tab;
  readonly streamId: string;
  readonly device: Device;
  readonly settings: Settings;
}

/** One-time messages, each for one part of the extension. */
export type Message =
  | { readonly to: "background"; readonly type: "start"; readonly tab: Tab }
  | { readonly to: "background"; readonly type: "stop" }
  | { readonly to: "background"; readonly type: "change"; readonly change: Change }
  | { readonly to: "background"; readonly type: "show"; readonly tabId: number }
  | {
      readonly to: "background";
      readonly type: "state";
      readonly phase: CallState["phase"];
      readonly problem: Problem | null;
    }
  | { readonly to: "offscreen"; readonly type: "start"; readonly start: CallStart }
  | { readonly to: "offscreen"; readonly type: "failed"; readonly problem: Problem }
  | { readonly to: "offscreen"; readonly type: "stop" }
  | { readonly to: "offscreen"; readonly type: "settings"; readonly settings: Settings }
  | { readonly to: "offscreen"; readonly type: "captions"; readonly captions: CallState["captions"] }
  | { readonly to: "page"; readonly type: "begun" };

/** Names of the lasting connections to the offscreen document. */
export const VIEWER = "viewer";
export const PAGE = "page";

/** To whoever shows a call. */
export type ToViewer =
  | { readonly type: "state"; readonly state: CallState; readonly settings: Settings | null }
  | { readonly type: "lines"; readonly lines: readonly Line[] };

export type FromViewer = { readonly type: "press"; readonly pressed: boolean };

/** To the part in the call's page. */
export type ToPage =
  { readonly type: "offer"; readonly sdp: string } | { readonly type: "hear"; readonly hear: CallState["othersHear"] };

export type FromPage =
  | { readonly type: "answer"; readonly sdp: string }
  | { readonly type: "microphone"; readonly microphone: PageMicrophone };

/** Whose voice goes into the call: one's own sounds only while no translation is asked for, or still being spoken. */
export function othersHear(
  speak: Settings["speak"],
  { pressed, translationSpeaking }: { readonly pressed: boolean; readonly translationSpeaking: boolean },
): CallState["othersHear"] {
  if (speak === "off") return "own";
  return speak === "always" || pressed || translationSpeaking ? "translation" : "own";
}
