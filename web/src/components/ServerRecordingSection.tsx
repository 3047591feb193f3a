import { lazy, Suspense, useState } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useServerRecordings } from "../hooks/useServerRecordings";
import { useStore } from "../hooks/useStore";
import type { Organising, RecordedFile, RecordingState } from "../logic/api";
import type { Glossary } from "../logic/glossary";
import { nameOf } from "../logic/languages";
import { recordedTranscript, type RecordedLines } from "../logic/recordedTranscript";
import { corrected } from "../logic/termCorrection";
import type { Transcript } from "../logic/transcript";
import { fileName } from "../logic/transcriptFiles";
import { ConfirmDialog } from "./ConfirmDialog";
import { Notice, Switch } from "./controls";
import { download } from "./download";
import { Icon } from "./Icon";
import "../styles/recordings.css";

const SaveTranscript = lazy(async () => ({ default: (await import("./TranscriptPanel")).SaveTranscript }));

interface ServerRecordingProps {
  readonly organising: Organising;
  /** After the meeting only what there is can be had. */
  readonly ended?: boolean;
  /** As it was saved here last; undefined before that. */
  readonly glossary?: Glossary | null | undefined;
}

/** Recording on the server: begun, stopped, taken away, deleted. */
export default function ServerRecordingSection({ organising, ended = false, glossary }: ServerRecordingProps) {
  const { text } = useI18n();
  const errorText = useErrorText();
  const { recordingAllowed, encryption } = useMeeting();
  const allowed = useStore(recordingAllowed);
  const { recordings, error, busy, start, stop, remove } = useServerRecordings(organising);
  const running = recordings?.find((recording) => recording.stopped_at === null);
  if (ended && !recordings?.length) return null;
  if (encryption) return <p className="hint">{text("sealed.unrecorded")}</p>;
  return (
    <section className="server-recordings" data-recording={running ? "running" : "idle"}>
      <h3>{text("org.server")}</h3>
      {!ended && <p className="hint">{text("org.serverHint")}</p>}
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      {!ended && (
        <p className="actions">
          {running ? (
            <button type="button" className="button button-danger" disabled={busy} onClick={stop}>
              <span className="recording-dot" aria-hidden="true" />
              {text("org.serverStop")}
            </button>
          ) : (
            <button type="button" className="button" disabled={busy || !allowed || !recordings} onClick={start}>
              <Icon name="record" />
              {text("org.serverStart")}
            </button>
          )}
        </p>
      )}
      <ul className="recordings">
        {recordings?.map((recording) => (
          <Recorded
            key={recording.id}
            recording={recording}
            organising={organising}
            glossary={glossary}
            onDelete={remove}
          />
        ))}
      </ul>
    </section>
  );
}

interface RecordedProps {
  readonly recording: RecordingState;
  readonly organising: Organising;
  readonly glossary: Glossary | null | undefined;
  readonly onDelete: (id: string) => Promise<void>;
}

function Recorded({ recording, organising, glossary: saved, onDelete }: RecordedProps) {
  const { text, labelled, language: locale } = useI18n();
  const errorText = useErrorText();
  const { title } = useMeeting().admission;
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [read, setRead] = useState<{ transcript: Transcript; glossary: Glossary | null } | null>(null);
  const began = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
  const label = began.format(Date.parse(recording.started_at));
  const transcripts = recording.files.filter(({ name }) => name === TRANSCRIPT);

  const attempt = (work: () => Promise<void>): void => {
    setError(null);
    work().catch(setError);
  };
  const save = (file: RecordedFile): void =>
    attempt(async () => {
      const part = partNumber(recording, file.part);
      download(await organising.recordedFile(recording.id, file), savedName(title, recording, file, part));
    });
  const open = (): void =>
    attempt(async () => {
      // Corrections may have come since the list was looked at.
      const [found, glossary] = await Promise.all([
        organising.recordings(),
        organising.interpreter().then(
          (interpreter) => interpreter.glossary,
          () => null, // after the meeting nobody is told it
        ),
      ]);
      const lines = await linesOf(found.find(({ id }) => id === recording.id) ?? recording, organising);
      setRead({ transcript: recordedTranscript(lines, title), glossary });
    });

  return (
    <li data-recording={recording.id} data-state={stateOf(recording)}>
      <p className="recording-head">
        <strong>{label}</strong>
        <Facts recording={recording} />
      </p>
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <p className="actions">
        {recording.files
          .filter(({ name }) => name !== TRANSCRIPT)
          .map((file) => (
            <button
              type="button"
              className="button"
              key={`${file.part}/${file.name}`}
              data-file={file.name}
              onClick={() => save(file)}
            >
              <Icon name="download" />
              <FileName file={file} number={partNumber(recording, file.part)} />
            </button>
          ))}
        {transcripts.length > 0 && !read && (
          <button type="button" className="button" data-file={TRANSCRIPT} onClick={open}>
            <Icon name="download" />
            {text("room.transcript")}
          </button>
        )}
        <button
          type="button"
          className="button button-danger"
          aria-label={labelled(text("org.serverDelete"), label)}
          onClick={() => setAsking(true)}
        >
          <Icon name="trash" />
          {text("org.serverDelete")}
        </button>
      </p>
      {read && (
        <RecordedTranscript transcript={read.transcript} glossary={saved === undefined ? read.glossary : saved} />
      )}
      {asking && (
        <ConfirmDialog
          title={text("org.serverDeleteTitle")}
          action={text("org.serverDelete")}
          onConfirm={() => onDelete(recording.id)}
          onClose={() => setAsking(false)}
        >
          <p>{text("org.serverDeleteText")}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

function RecordedTranscript({ transcript, glossary }: { transcript: Transcript; glossary: Glossary | null }) {
  const { text } = useI18n();
  const [correct, setCorrect] = useState(true);
  return (
    <>
      {glossary && <Switch label={text("transcript.correct")} checked={correct} onChange={setCorrect} />}
      <Suspense fallback={<p className="hint">{text("app.loading")}</p>}>
        <SaveTranscript
          transcript={glossary && correct ? corrected(transcript, glossary) : transcript}
          hint={text("transcript.fromServer")}
        />
      </Suspense>
    </>
  );
}

function Facts({ recording }: { recording: RecordingState }) {
  const { text, number } = useI18n();
  const minutes = recording.parts.reduce((sum, { duration_s: seconds }) => sum + seconds / 60, 0);
  const size = recording.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const facts = {
    running: text("org.serverRunning"),
    coming: text("org.serverComing"),
    ready: [
      text("record.ready", { minutes: number(Math.round(minutes * 10) / 10) }),
      `${number(Math.round(size / 100_000) / 10)} MB`,
      recording.parts.some(({ end }) => end === "cut" || end === "failed") ? text("org.serverCut") : "",
    ]
      .filter(Boolean)
      .join(" · "),
  };
  return <span className="hint">{facts[stateOf(recording)]}</span>;
}

function FileName({ file, number }: { file: RecordedFile; number: string }) {
  const { text, language: locale } = useI18n();
  const [stem = ""] = file.name.split(".");
  const names: Record<string, string> = {
    original: text("org.serverOriginals"),
    picture: text("org.serverPicture"),
  };
  return <>{[names[stem] ?? nameOf(stem, locale), number].filter(Boolean).join(" ")}</>;
}

function linesOf(recording: RecordingState, organising: Organising): Promise<RecordedLines[]> {
  return Promise.all(
    recording.files
      .filter(({ name }) => name === TRANSCRIPT)
      .map(async (file) => ({
        part: file.part,
        beganMs: Date.parse(recording.parts.find(({ id }) => id === file.part)?.began_at ?? recording.started_at),
        text: await (await organising.recordedFile(recording.id, file)).text(),
      })),
  );
}

const TRANSCRIPT = "transcript.jsonl";

function stateOf({ stopped_at: stopped, parts }: RecordingState): "running" | "coming" | "ready" {
  if (stopped === null) return "running";
  return parts.length ? "ready" : "coming";
}

/** Parts with sound are told apart only where there are several. */
function partNumber({ files }: RecordingState, part: string): string {
  const parts = [...new Set(files.filter(({ name }) => name.endsWith(".ogg")).map((file) => file.part))];
  return parts.length > 1 && parts.includes(part) ? String(parts.indexOf(part) + 1) : "";
}

function savedName(title: string, recording: RecordingState, { name }: RecordedFile, number: string): string {
  const day = recording.started_at.slice(0, 10);
  const [stem = "", extension = ""] = name.split(".");
  return fileName(`${title} ${day} ${number}`, stem, "txt").replace(/txt$/, extension);
}
