import type { Voice } from "./api";
import { useWords } from "./useWords";

function useFacts(): (voice: Voice) => string {
  const { text } = useWords();
  return ({ accent, register, engine }) =>
    [accent, register && text(register === "low" ? "voice.low" : "voice.high"), engine].filter(Boolean).join(" · ");
}

/** The voices of a language as cards: one is chosen, and each plays its sample. */
export function VoiceCards({
  voices,
  chosen,
  choose,
  playing,
  play,
  problem,
}: {
  voices: readonly Voice[];
  chosen: string;
  choose: (voice: string) => void;
  playing: string;
  play: (voice: string) => void;
  problem: string;
}) {
  const { text } = useWords();
  const facts = useFacts();
  return (
    <fieldset className="voice-cards" aria-describedby={problem ? "voice-problem" : undefined}>
      <legend className="field-name">{text("speech.voice")}</legend>
      <ul>
        {voices.map((voice) => (
          <li key={voice.name} className="voice-card">
            <label>
              <input
                type="radio"
                name="voice"
                value={voice.name}
                checked={voice.name === chosen}
                onChange={() => choose(voice.name)}
              />
              <span className="voice-card-name">{voice.displayName}</span>
              <span className="hint">{facts(voice)}</span>
              {voice.description && <span className="hint">{voice.description}</span>}
            </label>
            <button
              type="button"
              className="button"
              aria-label={text(playing === voice.name ? "voice.stopOf" : "voice.listenTo", {
                voice: voice.displayName,
              })}
              onClick={() => play(voice.name)}
            >
              {text(playing === voice.name ? "voice.stop" : "voice.listen")}
            </button>
          </li>
        ))}
      </ul>
      {problem && (
        <p id="voice-problem" className="field-problem" role="alert">
          {problem}
        </p>
      )}
    </fieldset>
  );
}
