import { useEffect, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import { keepTranscript } from "../room/transcriptShelf";
import type { Words } from "../room/wordShelf";
import { Notice, Switch } from "./controls";

interface KeepTranscriptProps {
  readonly room: string;
  readonly title: string;
  readonly words: Words;
  /** Told whenever the words are safe on this device, and when they are not to be kept. */
  readonly onKept: (kept: boolean) => void;
}

/** Keeps a meeting's words on this device as long as its owner wishes that. */
export function KeepTranscript({ room, title, words, onKept }: KeepTranscriptProps) {
  const { text } = useI18n();
  const [{ keepTranscripts }, change] = usePreferences();
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    if (!keepTranscripts) return onKept(false);
    let current = true;
    keepTranscript(room, title, words).then(
      () => current && (setFailed(false), onKept(true)),
      (error: unknown) => {
        console.warn("the transcript is not kept", error);
        if (current) setFailed(true);
      },
    );
    return () => {
      current = false;
    };
  }, [keepTranscripts, room, title, words, onKept]);

  return (
    <div className="keep">
      <Switch
        label={text("kept.keep")}
        hint={text("kept.keepHint")}
        checked={keepTranscripts}
        onChange={(on) => change({ keepTranscripts: on })}
      />
      {failed && (
        <Notice kind="warning" urgent>
          {text("kept.failed")}
        </Notice>
      )}
    </div>
  );
}
