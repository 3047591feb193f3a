import { useEffect, useState } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { nameIn } from "../logic/names";

/** Says what is recorded on the server, who records what they hear, and to those whom the room's rule stopped that theirs has ended. */
export function RecordingStatus() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const allowed = useStore(meeting.recordingAllowed);
  const { state } = useStore(meeting.recorder.state);
  const recording = useRecordingLine();
  const server = useStore(meeting.serverRecording) ? text("record.server") : "";
  const now = [server, recording, !allowed && state === "ready" ? text("record.ended") : ""].filter(Boolean).join("\n");
  // Only what changes is read out, so what holds already when somebody comes is put there a moment later.
  const [shown, setShown] = useState("");
  useEffect(() => setShown(now), [now]);
  return (
    <div className="troubles" role="status" data-recorders={recording !== ""} data-server-recording={server !== ""}>
      {shown.split("\n").map((line) => line && <p key={line}>{line}</p>)}
    </div>
  );
}

function useRecordingLine(): string {
  const { text, count } = useI18n();
  const { recording, recorder, directory } = useMeeting();
  const identities = useStore(recording);
  const names = useStore(directory.names);
  const mine = useStore(recorder.state).state === "recording";
  const [first] = identities;
  if (first === undefined) return "";
  if (identities.length > 1) return count(mine ? "record.manyWithYou" : "record.many", identities.length);
  return mine ? text("record.you") : text("record.somebody", { name: nameIn(names, first) });
}

/** A red dot for everybody while the meeting is recorded on the server. */
export function ServerRecordingSign() {
  const { text } = useI18n();
  if (!useStore(useMeeting().serverRecording)) return null;
  return (
    <span className="recording-clock server-recording" title={text("record.server")}>
      <span className="recording-dot" aria-hidden="true" />
      <span>{text("record.serverSign")}</span>
    </span>
  );
}

const SECOND_MS = 1000;

/** A red dot and how long this person has been recording, wherever they look. */
export function RecordingClock() {
  const { text } = useI18n();
  const recording = useStore(useMeeting().recorder.state);
  const sinceMs = recording.state === "recording" ? recording.sinceMs : null;
  const [nowMs, setNowMs] = useState(0);
  useEffect(() => {
    if (sinceMs === null) return undefined;
    const tick = (): void => setNowMs(performance.now());
    tick();
    const timer = window.setInterval(tick, SECOND_MS);
    return () => window.clearInterval(timer);
  }, [sinceMs]);
  if (sinceMs === null) return null;
  const time = clock(Math.max(0, nowMs - sinceMs));
  return (
    <span className="recording-clock" role="img" aria-label={text("record.time", { time })} title={text("record.you")}>
      <span className="recording-dot" />
      <time dir="ltr">{time}</time>
    </span>
  );
}

/** Minutes and seconds, hours where there are some. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / SECOND_MS);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** The mark beside somebody who records. */
export function RecordingMark({ identity }: { identity: string }) {
  const { text } = useI18n();
  const recording = useStore(useMeeting().recording);
  if (!recording.includes(identity)) return null;
  const label = text("people.recording");
  return (
    <span className="person-recording" role="img" aria-label={label} title={label}>
      <span className="recording-dot" />
    </span>
  );
}
