import type { Participant } from "livekit-client";
import { nameWithin } from "../logic/languages";
import { languageTag } from "../logic/tiles";
import { heardBy, spokenBy } from "../logic/wishes";
import { useI18n } from "./useI18n";
import { useMeeting } from "./useMeeting";
import { useStore } from "./useStore";

/** What somebody speaks and hears, in short and in words; where they let it be found out, what they spoke last counts. */
export function useTileTexts({ identity, attributes }: Participant): { readonly tag: string; readonly words: string } {
  const { text, language: locale } = useI18n();
  const passages = useStore(useMeeting().passages);
  const stated = spokenBy(attributes);
  const spoken = stated === "auto" ? (passages.lastBy(identity)?.sourceLanguage ?? "") : stated;
  const heard = heardBy(attributes);
  const words = [
    spoken && text("people.speaks", { language: nameWithin(spoken, locale) }),
    heard !== "off" && text("people.hears", { language: nameWithin(heard, locale) }),
  ];
  return { tag: languageTag(spoken, heard), words: words.filter(Boolean).join(" · ") };
}
