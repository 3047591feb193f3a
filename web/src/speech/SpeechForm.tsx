import { useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { baseOf, nameOf } from "../logic/languages";
import { countCharacters, FORMATS, MOST_CHARACTERS, type Format, type Refusal, type Speech, type Voice } from "./api";
import { languagesOf } from "./languages";
import { useSamples } from "./useSamples";
import { useRefusalText, useWords } from "./useWords";
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
  const { text: words, language: locale } = useWords();
  const refusalText = useRefusalText();
  const [text, setText] = useState("");
  const [voice, setVoice] = useState(initial);
  const [speed, setSpeed] = useState(1);
  const [format, setFormat] = useState<Format>("wav");
  const [blank, setBlank] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const samples = useSamples(apiKey, refuse);

  const language = baseOf(voices.find((one) => one.name === voice)?.language ?? "en");
  const count = countCharacters(text);
  const problemAt = (place: Refusal["place"]) => (refusal?.place === place ? refusalText(refusal) : "");
  const textProblem = blank
    ? words("text.blank")
    : count > MOST_CHARACTERS
      ? words("text.long", { surplus: count - MOST_CHARACTERS, count })
      : problemAt("text");

  function chooseLanguage(code: string): void {
    const first = voices.find((one) => baseOf(one.language) === code);
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
        <label htmlFor="text">{words("text.label")}</label>
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
          {words("text.count", { count, most: MOST_CHARACTERS })}
        </p>
        {textProblem && (
          <p id="text-problem" className="field-problem" role="alert">
            {textProblem}
          </p>
        )}
      </div>

      <div className="field">
        <label htmlFor="language">{words("speech.language")}</label>
        <select id="language" value={language} onChange={(event) => chooseLanguage(event.target.value)}>
          {languagesOf(voices, locale).map((code) => (
            <option key={code} value={code}>
              {nameOf(code, locale)}
            </option>
          ))}
        </select>
      </div>

      <VoiceCards
        voices={voices.filter((one) => baseOf(one.language) === language)}
        chosen={voice}
        choose={setVoice}
        playing={samples.playing}
        play={(name) => void samples.toggle(name)}
        problem={problemAt("voice")}
      />

      <div className="field-pair">
        <div className="field">
          <label htmlFor="speed">{words("speech.speed", { speed: speedIn(locale, speed) })}</label>
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
          <label htmlFor="format">{words("speech.format")}</label>
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
          {words(busy ? "speech.speaking" : "speech.speak")}
        </button>
        {busy && (
          <button type="button" className="button" onClick={cancel}>
            {words("page.cancel")}
          </button>
        )}
      </div>
      {busy && <progress aria-label={words("speech.busy")} />}
      {problemAt("page") && (
        <p className="notice notice-problem" role="alert">
          {problemAt("page")}
        </p>
      )}
    </form>
  );
}

function speedIn(locale: string, speed: number): string {
  return speed.toLocaleString(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
