import type { Voice } from "./api";

function factsOf(voice: Voice): string {
  const register = voice.register && `${voice.register} voice`;
  return [voice.accent, register, voice.engine].filter(Boolean).join(" · ");
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
  return (
    <fieldset className="voice-cards" aria-describedby={problem ? "voice-problem" : undefined}>
      <legend className="field-name">Voice</legend>
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
              <span className="hint">{factsOf(voice)}</span>
              {voice.description && <span className="hint">{voice.description}</span>}
            </label>
            <button
              type="button"
              className="button"
              aria-label={`${playing === voice.name ? "Stop" : "Listen to"} ${voice.displayName}`}
              onClick={() => play(voice.name)}
            >
              {playing === voice.name ? "Stop" : "Listen"}
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
