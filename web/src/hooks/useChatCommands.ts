import { readCommand } from "../logic/chatCommands";
import { nameWithin } from "../logic/languages";
import { heardIn, type Offer } from "../logic/offer";
import { useI18n } from "./useI18n";
import { useWishes } from "./useWishes";

/** Carries out `/translate` and `/speak` of this person, as the pickers do, and returns what is answered to them. */
export function useChatCommands(offer: Offer): (words: string) => string {
  const { text, language: locale } = useI18n();
  const { wishes, setListen, setRead, setSpeak } = useWishes();
  return (words) => {
    const command = readCommand(words, heardIn(offer));
    const language = "language" in command ? nameWithin(command.language, locale) : "";
    switch (command.kind) {
      case "off":
        setListen("off");
        setRead({ ...wishes.read, mode: "original" });
        return text("chat.nowOff");
      case "hear":
        setListen(command.language);
        setRead({ mode: "translation", language: command.language });
        return text("chat.nowHears", { language });
      case "read":
        setListen("off");
        setRead({ mode: "translation", language: command.language });
        return text("chat.nowReads", { language });
      case "speak":
        setSpeak(command.language);
        if (command.language === "auto") return text("before.speakAuto");
        return text("chat.nowSpeaks", { language });
      case "unknown":
        return text("captions.notOffered", { language });
      case "help":
        return text("chat.help");
    }
  };
}
