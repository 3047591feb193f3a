/** What the three participants of a private room say of themselves: the call, this person's microphone, and their ear. */

import { ORIGINAL, type Register } from "@hive/logic/hearing";
import type { Wishes } from "@hive/logic/wishes";
import { speaks, type Settings } from "./settings";

const READS_NOTHING: Wishes["read"] = { mode: "off", language: "" };

/** The call speaks, and stands for all who hear it: what is said into it is translated into what it speaks. */
export function callWishes(settings: Settings): Wishes {
  return {
    speak: settings.theirs,
    listen: speaks(settings) ? settings.theirs : "off",
    read: READS_NOTHING,
    push: "always",
  };
}

export function microphoneWishes({ mine, speak }: Settings, pressed: boolean): Wishes {
  const push = speak !== "push" ? "always" : pressed ? "pressed" : "released";
  return { speak: mine, listen: "off", read: READS_NOTHING, push };
}

export function earWishes({ mine, hear, read }: Settings): Wishes {
  // Who hears the original alone still reads in some language.
  const language = hear === "off" ? mine : hear;
  return { speak: mine, listen: hear, read: { mode: read, language }, push: "always" };
}

/** Nobody wants to hear a translation of what they say themselves. */
export function earAttributes(microphone: string): Record<string, string> {
  return { "translator.overrides": JSON.stringify({ [microphone]: ORIGINAL }) };
}

/** Without a choice the interpreter goes by the pitch of the voice. */
export function voiceAttribute(chosen: Register): Record<string, string> {
  return { "translator.voice": chosen || "auto" };
}
