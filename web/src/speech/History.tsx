import { download } from "../components/download";
import { fileName } from "./Result";
import type { Spoken } from "./history";

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
  if (history.length === 0) return null;
  return (
    <section className="speech-history" aria-labelledby="history-title">
      <h2 id="history-title">Before</h2>
      <p className="hint">Kept on this device alone.</p>
      <ul>
        {history.map((spoken) => (
          <li key={spoken.at}>
            <p>
              <bdi>{spoken.text.length > 80 ? `${spoken.text.slice(0, 80)}…` : spoken.text}</bdi>{" "}
              <span className="hint">
                {spoken.voice} · {new Date(spoken.at).toLocaleString()}
              </span>
            </p>
            <div className="speech-actions">
              <button
                type="button"
                className="button"
                aria-label={`Show again: ${spoken.text.slice(0, 40)}`}
                onClick={() => show(spoken)}
              >
                Show
              </button>
              <button
                type="button"
                className="button"
                aria-label={`Download: ${spoken.text.slice(0, 40)}`}
                onClick={() => download(spoken.sound, fileName(spoken))}
              >
                Download
              </button>
            </div>
          </li>
        ))}
      </ul>
      <button type="button" className="button button-danger" onClick={clear}>
        Clear the history
      </button>
    </section>
  );
}
