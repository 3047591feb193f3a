import { useMemo } from "react";
import { Page, ViewHeading } from "../components/Page";
import { SaveTranscript, TranscriptList } from "../components/TranscriptPanel";
import { useI18n } from "../hooks/useI18n";
import { nameIn } from "../logic/names";
import { transcriptOf } from "../logic/transcript";
import type { KeptTranscript } from "../room/transcriptShelf";

/** A former meeting as this device has kept it: to be read, and saved as a file. */
export function KeptMeeting({ kept, onBack }: { kept: KeptTranscript; onBack: () => void }) {
  const { text, language } = useI18n();
  const { title, words } = kept;
  const transcript = useMemo(
    () => transcriptOf(words.passages.all, title, (identity) => nameIn(words.names, identity)),
    [words, title],
  );
  const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" });
  return (
    <Page title={title}>
      <div className="after">
        <div className="after-head">
          <p className="eyebrow">{day.format(transcript.beganMs)}</p>
          <ViewHeading>
            <bdi>{title}</bdi>
          </ViewHeading>
          <button type="button" className="button" onClick={onBack}>
            {text("kept.back")}
          </button>
        </div>
        <div className="after-columns">
          <div className="card">
            <h2 className="unseen">{text("room.transcript")}</h2>
            <SaveTranscript transcript={transcript} />
          </div>
          <div className="card">
            <TranscriptList transcript={transcript} />
          </div>
        </div>
      </div>
    </Page>
  );
}
