import { useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useStore } from "../hooks/useStore";
import { fileName } from "../logic/transcriptFiles";
import type { Meeting } from "../room/meeting";
import { HeardRecorder } from "../room/recorder";
import { ConfirmDialog } from "./ConfirmDialog";
import { download } from "./download";
import { Icon } from "./Icon";

interface RecordingControlsProps {
  readonly meeting: Pick<Meeting, "recorder" | "recordingAllowed" | "admission">;
  readonly title: string;
  readonly ended?: boolean;
}

export function RecordingControls({ meeting, title, ended = false }: RecordingControlsProps) {
  const { text } = useI18n();
  const recording = useStore(meeting.recorder.state);
  const allowed = useStore(meeting.recordingAllowed);
  const [asking, setAsking] = useState(false);
  if (meeting.admission.role === "reader" || (ended && recording.state !== "ready")) return null;
  const offered = HeardRecorder.possible && allowed && !ended;
  return (
    <section className="recording" data-recording={recording.state}>
      <h3>{text("record.title")}</h3>
      {!HeardRecorder.possible && <p>{text("record.impossible")}</p>}
      {!allowed && !ended && <p>{text("record.forbidden")}</p>}
      {recording.state === "failed" && <p role="alert">{text("record.failed")}</p>}
      <div className="actions">
        {offered && recording.state !== "recording" && (
          <button
            type="button"
            className="button"
            onClick={() =>
              recording.state === "ready" && !recording.saved ? setAsking(true) : meeting.recorder.start()
            }
          >
            <Icon name="record" />
            {text("record.start")}
          </button>
        )}
        {recording.state === "recording" && (
          <button type="button" className="button button-danger" onClick={() => void meeting.recorder.stop()}>
            <span className="recording-dot" aria-hidden="true" />
            {text("record.stop")}
          </button>
        )}
        {recording.state === "ready" && (
          <button
            type="button"
            className="button button-main"
            onClick={() => {
              download(recording.blob, fileName(title, "heard", "txt").replace(/txt$/, recording.extension));
              meeting.recorder.saved();
            }}
          >
            <Icon name="download" />
            {text("record.download")}
          </button>
        )}
      </div>
      {recording.state === "ready" && (
        <p>{text("record.ready", { minutes: Math.round((recording.seconds / 60) * 10) / 10 })}</p>
      )}
      {offered && <p className="hint">{text("record.hint")}</p>}
      {asking && (
        <ConfirmDialog
          title={text("record.replaceTitle")}
          action={text("record.start")}
          onConfirm={async () => meeting.recorder.start()}
          onClose={() => setAsking(false)}
        >
          <p>{text("record.replaceText")}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}
