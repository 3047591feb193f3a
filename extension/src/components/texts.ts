/** Which words say what the call is like. */

import { nameWithin } from "@hive/logic/languages";
import { isOffered } from "@hive/logic/offer";
import { words, type Key } from "../i18n/words";
import type { CallState, PageMicrophone, Problem } from "../logic/call";
import type { Settings } from "../logic/settings";

const PROBLEMS: Readonly<Record<Problem, Key>> = {
  unpaired: "problem.unpaired",
  withdrawn: "problem.withdrawn",
  offline: "problem.offline",
  crowded: "problem.crowded",
  refused: "problem.refused",
  protected: "problem.protected",
  taken: "problem.taken",
  "tab-gone": "problem.tabGone",
  "server-gone": "problem.serverGone",
};

const PAGES: Readonly<Record<Exclude<PageMicrophone, "replaced">, Key>> = {
  "out-of-reach": "speak.out-of-reach",
  waiting: "speak.waiting",
  suspended: "speak.suspended",
  failed: "speak.failed",
};

export function problemText(problem: Problem): string {
  return words.text(PROBLEMS[problem]);
}

/** What is the matter with hearing; the most urgent alone. "" where nothing is. */
export function hearingText({ phase, interpreter, offered }: CallState, { hear }: Settings): string {
  if (phase === "starting") return words.text("call.starting");
  if (phase === "interrupted") return words.text("call.interrupted");
  if (interpreter !== "present") return words.text(`interpreter.${interpreter}`);
  if (hear !== "off" && !isOffered(hear, offered))
    return words.text("language.notOffered", { language: nameWithin(hear, words.language) });
  return "";
}

export function lagText({ lag, interpreter }: CallState): string {
  if (interpreter !== "present") return "";
  return lag.kind === "unknown" ? words.text("lag.unknown") : words.text("lag.known", { seconds: lag.seconds });
}

/** What the microphone lacks; "" where nothing. */
export function microphoneText({ microphone }: CallState): string {
  return microphone === "on" || microphone === "off" ? "" : words.text(`microphone.${microphone}`);
}

/** What the others hear, or why they do not hear what was chosen; "" where nothing but one's own voice was. */
export function othersText(state: CallState, { microphone, speak, theirs }: Settings): string {
  if (!microphone || speak === "off" || state.phase === "idle") return "";
  if (theirs === "auto") return words.text("speak.language");
  if (state.page !== "replaced") return words.text(PAGES[state.page]);
  return words.text(state.othersHear === "own" ? "speak.own" : "speak.translation");
}
