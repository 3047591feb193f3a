import { useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { countCharacters, FORMATS, MOST_CHARACTERS, type Format, type Refusal, type Speech, type Voice } from "./api";
import { base, languageName, languagesOf } from "./languages";
import { useSamples } from "./useSamples";
import { VoiceCards } from "./VoiceCards";

/** Text, voice, speed and format; refusals stand at the field that they belong to. */
export function SpeechForm({
  apiKey,
  voices,
  initial,
  busy,
  refusal,
  refuse,
  speak,
  cancel,
}: {
  apiKey: string;
  voices: readonly Voice[];
  initial: string;
  busy: boolean;
  refusal: Refusal | null;
  refuse: (refusal: Refusal) => void;
  speak: (speech: Speech) => void;
  cancel: () => void;
}) {
  const [text, setText] = useState("");
  const [voice, setVoice] = useState(initial);
  const [speed, setSpeed] = useState(1);
  const [format, setFormat] = useState<Format>("wav");
  const [blank, setBlank] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const samples = useSamples(apiKey, refuse);

  const language = base(voices.find((one) => one.name === voice)?.language ?? "en");
  const count = countCharacters(text);
  const problemAt = (place: Refusal["place"]) => (refusal?.place === place ? refusal.message : "");
  const textProblem = blank
    ? "Write something to be spoken."
    : count > MOST_CHARACTERS
      ? `Leave out ${count - MOST_CHARACTERS} of the ${count} characters.`
      : problemAt("text");

  function chooseLanguage(code: string): void {
    const first = voices.find((one) => base(one.language) === code);
    if (first) setVoice(first.name);
  }

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    if (busy) return;
    setBlank(text.trim() === "");
    if (text.trim() === "" || count > MOST_CHARACTERS) area.current?.focus();
    else speak({ text, voice, speed, format });
  }

  function byKey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
  }

  return (
    <form className="speech-form" onSubmit={submit} noValidate>
      <div className="field">
        <label htmlFor="text">Text</label>
        <textarea
          id="text"
          ref={area}
          rows={5}
          dir="auto"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setBlank(false);
          }}
          onKeyDown={byKey}
          aria-invalid={textProblem !== ""}
          aria-describedby={textProblem ? "text-count text-problem" : "text-count"}
        />
        <p id="text-count" className="hint">
          {count} of {MOST_CHARACTERS} characters. Ctrl+Enter speaks it.
        </p>
        {textProblem && (
          <p id="text-problem" className="field-problem" role="alert">
            {textProblem}
          </p>
        )}
      </div>

      <div className="field">
        <label htmlFor="language">Language</label>
        <select id="language" value={language} onChange={(event) => chooseLanguage(event.target.value)}>
          {languagesOf(voices).map((code) => (
            <option key={code} value={code}>
              {languageName(code)}
            </option>
          ))}
        </select>
      </div>

      <VoiceCards
        voices={voices.filter((one) => base(one.language) === language)}
        chosen={voice}
        choose={setVoice}
        playing={samples.playing}
        play={(name) => void samples.toggle(name)}
        problem={problemAt("voice")}
      />

      <div className="field-pair">
        <div className="field">
          <label htmlFor="speed">Speed: {speed.toFixed(2)}</label>
          <input
            id="speed"
            type="range"
            min={0.5}
            max={2}
            step={0.05}
            value={speed}
            onChange={(event) => setSpeed(Number(event.target.value))}
          />
        </div>
        <div className="field">
          <label htmlFor="format">Format</label>
          <select id="format" value={format} onChange={(event) => setFormat(event.target.value as Format)}>
            {FORMATS.map((one) => (
              <option key={one} value={one}>
                {one.toUpperCase()}
              </option>
            ))}
          </select>
        </div>
      </div>

      <div className="speech-actions">
        <button type="submit" className="button button-main" aria-disabled={busy}>
          {busy ? "Speaking…" : "Speak"}
        </button>
        {busy && (
          <button type="button" className="button" onClick={cancel}>
            Cancel
          </button>
        )}
      </div>
      {busy && <progress aria-label="The text is being spoken" />}
      {problemAt("page") && (
        <p className="notice notice-problem" role="alert">
          {problemAt("page")}
        </p>
      )}
    </form>
  );
}
