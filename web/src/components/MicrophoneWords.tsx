import { useEffect } from "react";
import { useI18n } from "../hooks/useI18n";
import { useStore } from "../hooks/useStore";
import type { TextKey } from "../logic/i18n";
import { never } from "../logic/store";
import type { AtMicrophone, MicrophoneWord } from "../room/atMicrophone";
import { ToolMessage } from "./ToolMessage";

/** What need not be answered goes by itself. */
const SHOWN_FOR_MS = 15_000;

/** What the page noticed about somebody's microphone; it lies over the page and moves nothing. */
export function MicrophoneWords({ id, atMicrophone }: { id: string; atMicrophone: AtMicrophone }) {
  const { text } = useI18n();
  const word = useStore(atMicrophone.word);
  const passes = word?.kind === "mutedSpeech" || word?.kind === "device";

  useEffect(() => {
    if (!passes) return undefined;
    const close = (): void => atMicrophone.word.update((now) => (now === word ? null : now));
    const timer = window.setTimeout(close, SHOWN_FOR_MS);
    return () => window.clearTimeout(timer);
  }, [atMicrophone, word, passes]);

  if (!word) return null;
  return (
    <div className="mic-word" data-word={word.kind}>
      <ToolMessage id={id} onClose={() => atMicrophone.word.set(null)}>
        {wordText(word, text)}
      </ToolMessage>
    </div>
  );
}

function wordText(word: MicrophoneWord, text: (key: TextKey, values?: Record<string, string>) => string): string {
  switch (word.kind) {
    case "mutedSpeech":
      return text("sound.mutedSpeech");
    case "echo":
      return text("sound.echoFound");
    case "filterFailed":
      return text("sound.filterFailed");
    case "device": {
      const { change } = word;
      if (change.kind === "back") return text("sound.deviceBack", { name: change.name });
      if (change.other === null) return text("sound.deviceGoneNone", { name: change.name });
      return text("sound.deviceGone", { name: change.name, other: change.other });
    }
    default:
      return never(word);
  }
}
