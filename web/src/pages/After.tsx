import { lazy, Suspense, useMemo, useState } from "react";
import { Icon } from "../components/Icon";
import { KeepTranscript } from "../components/KeepTranscript";
import { Page, ViewHeading } from "../components/Page";
import { PartBoundary } from "../components/PartBoundary";
import { RecordingControls } from "../components/RecordingControls";
import { SaveTranscript, TranscriptList, useTranscript } from "../components/TranscriptPanel";
import { useI18n } from "../hooks/useI18n";
import { useLeaveGuard } from "../hooks/useLeaveGuard";
import { MeetingContext } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import type { Api } from "../logic/api";
import type { EndReason } from "../logic/connection";
import type { TextKey } from "../logic/i18n";
import type { Meeting } from "../room/meeting";
import type { Words } from "../room/wordShelf";

const REASONS: Readonly<Record<EndReason, TextKey>> = {
  left: "after.left",
  removed: "after.removed",
  elsewhere: "after.elsewhere",
  closed: "after.closed",
  lost: "after.lost",
};

const ServerRecordingSection = lazy(() => import("../components/ServerRecordingSection"));

interface AfterProps {
  readonly api: Api;
  readonly meeting: Meeting;
  readonly title: string;
  readonly onAgain: () => void;
}

export function After({ api, meeting, title, onAgain }: AfterProps) {
  const { text } = useI18n();
  const { organiser_token: token, room } = meeting.admission;
  const organising = useMemo(() => (token ? api.organise(room, token) : null), [api, room, token]);
  const connection = useStore(meeting.session.connection);
  const transcript = useTranscript(meeting, title);
  const reason = connection.state === "ended" ? connection.reason : "left";
  const recording = useStore(meeting.recorder.state);
  const [saved, setSaved] = useState(false);
  const [kept, setKept] = useState(false);
  const words = useWords(meeting);
  const hasWords = transcript.entries.length > 0 || (transcript.chat?.length ?? 0) > 0;
  const unsaved = hasWords && !saved && !kept;
  useLeaveGuard(unsaved || (recording.state === "ready" && !recording.saved));
  return (
    <Page title={title}>
      <div className="after" data-reason={reason}>
        <div className="after-head">
          <p className="eyebrow">
            <bdi>{title}</bdi>
          </p>
          <ViewHeading>{text(REASONS[reason])}</ViewHeading>
          <p className="lead">{text(hasWords ? "after.keep" : "after.nothing")}</p>
          {reason !== "removed" && reason !== "closed" && (
            <button type="button" className="button" onClick={onAgain}>
              <Icon name="leave" />
              {text("after.again")}
            </button>
          )}
        </div>
        {hasWords && (
          <div className="after-columns">
            <div className="card">
              <h2 className="unseen">{text("room.transcript")}</h2>
              <PartBoundary>
                <SaveTranscript transcript={transcript} onSaved={() => setSaved(true)} />
              </PartBoundary>
              <PartBoundary>
                <KeepTranscript room={meeting.admission.room} title={title} words={words} onKept={setKept} />
              </PartBoundary>
              <PartBoundary>
                <RecordingControls meeting={meeting} title={title} ended />
              </PartBoundary>
            </div>
            <div className="card">
              <PartBoundary>
                <TranscriptList transcript={transcript} />
              </PartBoundary>
            </div>
          </div>
        )}
        {organising && reason !== "removed" && (
          <PartBoundary>
            <Suspense>
              <MeetingContext value={meeting}>
                <ServerRecordingSection organising={organising} ended />
              </MeetingContext>
            </Suspense>
          </PartBoundary>
        )}
        {!hasWords && <RecordingControls meeting={meeting} title={title} ended />}
      </div>
    </Page>
  );
}

/** What was said, as it is kept; another object only when there is more of it. */
function useWords(meeting: Meeting): Words {
  const { settled } = useStore(meeting.passages);
  const names = useStore(meeting.directory.names);
  return useMemo(() => ({ passages: settled, names }), [settled, names]);
}
