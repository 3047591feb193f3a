import { useMemo, useState, useSyncExternalStore } from "react";
import { useI18n } from "../hooks/useI18n";
import { useStore } from "../hooks/useStore";
import { directionOf, nameOf } from "../logic/languages";
import { chatLines } from "../logic/chatLines";
import { inLanguage, transcriptOf, type Transcript } from "../logic/transcript";
import { fileName, fileOf, instant, type Format } from "../logic/transcriptFiles";
import { nameIn } from "../logic/names";
import type { Meeting } from "../room/meeting";
import { Notice, Select } from "./controls";
import { download } from "./download";
import { Icon } from "./Icon";
import { PartBoundary } from "./PartBoundary";
import { RecordingControls } from "./RecordingControls";
import { toneOf } from "./tone";

/** The last passages that are put on the page at once; a file has them all. */
const MOST_LISTED = 400;

export function TranscriptPanel({ meeting, title }: { meeting: Meeting; title: string }) {
  const transcript = useTranscript(meeting, title);
  return (
    <>
      <PartBoundary>
        <SaveTranscript transcript={transcript} />
      </PartBoundary>
      <PartBoundary>
        <RecordingControls meeting={meeting} title={title} />
      </PartBoundary>
      <PartBoundary>
        <TranscriptList transcript={transcript} />
      </PartBoundary>
    </>
  );
}

export function useTranscript(meeting: Meeting, title: string): Transcript {
  const settled = useSyncExternalStore(meeting.passages.subscribe, () => meeting.passages.get().settled);
  const names = useStore(meeting.directory.names);
  const messages = useStore(meeting.chat.messages);
  return useMemo(() => {
    const nameOf = (identity: string): string => nameIn(names, identity);
    return { ...transcriptOf(settled.all, title, nameOf), chat: chatLines(messages, nameOf) };
  }, [settled, names, title, messages]);
}

const FORMATS: readonly { value: Format; label: string }[] = [
  { value: "vtt", label: "WebVTT" },
  { value: "srt", label: "SRT" },
  { value: "txt", label: "TXT" },
  { value: "json", label: "JSON" },
  { value: "docx", label: "Word (DOCX)" },
];

interface SaveTranscriptProps {
  readonly transcript: Transcript;
  readonly onSaved?: () => void;
  /** What it contains; else what this page has received. */
  readonly hint?: string;
}

export function SaveTranscript({ transcript, onSaved, hint }: SaveTranscriptProps) {
  const { text, language: locale } = useI18n();
  const [failed, setFailed] = useState(false);
  const [wanted, setWanted] = useState("aligned");
  const [format, setFormat] = useState<Format>("vtt");

  const choices = [
    ...(transcript.languages.length > 1 ? [{ value: "aligned", label: text("transcript.aligned") }] : []),
    ...(transcript.originals ? [{ value: "original", label: text("transcript.originals") }] : []),
    ...transcript.languages.map((code) => ({ value: code, label: nameOf(code, locale) })),
  ];
  // Until somebody chooses, and where what they chose is not there, the first that there is.
  const which = choices.find(({ value }) => value === wanted)?.value ?? choices[0]?.value ?? "";

  // Subtitles hold what was said alone.
  const written = format === "vtt" || format === "srt" ? 0 : (transcript.chat?.length ?? 0);
  const save = async (): Promise<void> => {
    const chosen = which === "aligned" ? transcript : inLanguage(transcript, which);
    setFailed(false);
    try {
      const marks = { machine: text("transcript.machine"), likeness: text("transcript.likeness") };
      download(await fileOf(chosen, format, locale, marks), fileName(transcript.title, which || "chat", format));
    } catch (error) {
      console.warn("the transcript could not be written", error);
      setFailed(true); // what writes the format could not be loaded
      return;
    }
    onSaved?.();
  };

  return (
    <section className="save">
      <h3>{text("transcript.save")}</h3>
      {choices.length > 0 && (
        <Select label={text("transcript.which")} value={which} choices={choices} onChange={setWanted} />
      )}
      <Select label={text("transcript.format")} value={format} choices={FORMATS} onChange={setFormat} />
      <button
        type="button"
        className="button button-main"
        disabled={!transcript.entries.length && !written}
        onClick={() => void save()}
      >
        <Icon name="download" />
        {text("transcript.download")}
      </button>
      {failed && (
        <Notice kind="problem" urgent>
          {text("error.offline")}
        </Notice>
      )}
      <p className="hint">{hint ?? text("transcript.onlyYours")}</p>
    </section>
  );
}

/** In the language of the page, whatever that of the words is. */
function LikenessMark() {
  const { text, language } = useI18n();
  return (
    <>
      {" "}
      <bdi className="hint" lang={language}>
        ({text("transcript.likeness")})
      </bdi>
    </>
  );
}

export function TranscriptList({ transcript }: { transcript: Transcript }) {
  const { text, count, language } = useI18n();
  const clock = useMemo(() => new Intl.DateTimeFormat(language, { timeStyle: "short" }), [language]);
  const entries = transcript.entries.slice(-MOST_LISTED);
  if (!entries.length) return <p className="hint">{text("transcript.empty")}</p>;
  return (
    <section className="transcript">
      <h3>{count("after.passages", transcript.entries.length)}</h3>
      <ol>
        {entries.map((entry, at) => (
          <li key={`${entry.startMs}-${at}`} className={toneOf(entry.speaker)}>
            <p className="transcript-head">
              <bdi className="passage-name">{entry.name}</bdi>
              <time dateTime={instant(transcript.beganMs + entry.startMs)}>
                {clock.format(Date.parse(instant(transcript.beganMs + entry.startMs)))}
              </time>
            </p>
            {entry.texts.map((one) => (
              <p key={one.language} lang={one.language} dir={directionOf(one.language)} data-original={one.original}>
                {one.text}
                {one.likeness && <LikenessMark />}
              </p>
            ))}
          </li>
        ))}
      </ol>
    </section>
  );
}
