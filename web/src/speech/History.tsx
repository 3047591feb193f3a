import { download } from "../components/download";
import { fileName } from "./Result";
import type { Spoken } from "./history";
import { useWords } from "./useWords";

/** What was spoken before on this device. */
export function History({
  history,
  show,
  clear,
}: {
  history: readonly Spoken[];
  show: (spoken: Spoken) => void;
  clear: () => void;
}) {
  const { text, language } = useWords();
  if (history.length === 0) return null;
  return (
    <section className="speech-history" aria-labelledby="history-title">
      <h2 id="history-title">{text("history.title")}</h2>
      <p className="hint">{text("history.hint")}</p>
      <ul>
        {history.map((spoken) => (
          <li key={spoken.at}>
            <p>
              <bdi>{spoken.text.length > 80 ? `${spoken.text.slice(0, 80)}…` : spoken.text}</bdi>{" "}
              <span className="hint">
                {spoken.voice} · {new Date(spoken.at).toLocaleString(language)}
              </span>
            </p>
            <div className="speech-actions">
              <button
                type="button"
                className="button"
                aria-label={text("history.showAgain", { text: spoken.text.slice(0, 40) })}
                onClick={() => show(spoken)}
              >
                {text("history.show")}
              </button>
              <button
                type="button"
                className="button"
                aria-label={text("history.downloadOf", { text: spoken.text.slice(0, 40) })}
                onClick={() => download(spoken.sound, fileName(spoken))}
              >
                {text("history.download")}
              </button>
            </div>
          </li>
        ))}
      </ul>
      <button type="button" className="button button-danger" onClick={clear}>
        {text("history.clear")}
      </button>
    </section>
  );
}
