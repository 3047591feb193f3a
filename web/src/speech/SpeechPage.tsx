import { useCallback, useEffect, useRef, useState } from "react";
import { Logo } from "../components/Icon";
import { fetchVoices, Refusal, speak, type Speech, type Voice } from "./api";
import { forget, keep, readHistory, type Spoken } from "./history";
import { History } from "./History";
import { keepKey, keptKey } from "./key";
import { KeyForm } from "./KeyForm";
import { Result } from "./Result";
import { SpeechForm } from "./SpeechForm";

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal("page", "Something went wrong on this page.");
}

/** Text to speech: a key, then text, voice and speed, then sound. */
export function SpeechPage() {
  const [apiKey, setApiKey] = useState(() => keptKey());
  const [catalogue, setCatalogue] = useState<{ chosen: string; voices: Voice[] } | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<Spoken | null>(null);
  const [history, setHistory] = useState<Spoken[]>([]);
  const [told, setTold] = useState("");
  const asking = useRef<AbortController | null>(null);

  const [attempt, setAttempt] = useState(0);

  function takeKey(key: string): void {
    keepKey(key);
    setRefusal(null);
    setCatalogue(null);
    setApiKey(key);
    setAttempt(attempt + 1);
  }

  const refuse = useCallback((failed: Refusal) => {
    setRefusal(failed);
    if (failed.place !== "key") return;
    keepKey("");
    setApiKey("");
  }, []);

  useEffect(() => void readHistory().then(setHistory), []);

  useEffect(() => {
    if (!apiKey) return;
    const mine = new AbortController();
    fetchVoices(apiKey, mine.signal)
      .then(setCatalogue)
      .catch((error: unknown) => mine.signal.aborted || refuse(asRefusal(error)));
    return () => mine.abort();
  }, [apiKey, attempt, refuse]);

  async function say(speech: Speech): Promise<void> {
    const mine = new AbortController();
    asking.current = mine;
    setBusy(true);
    setRefusal(null);
    setTold("");
    try {
      const sound = await speak(speech, apiKey, mine.signal);
      const spoken = { ...speech, at: Date.now(), sound };
      setShown(spoken);
      setTold("The speech is ready.");
      setHistory(await keep(spoken, history));
    } catch (error) {
      if (!mine.signal.aborted) refuse(asRefusal(error));
    } finally {
      setBusy(false);
    }
  }

  function clear(): void {
    void forget(history);
    setHistory([]);
    setTold("The history is cleared.");
  }

  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="page-head">
        <a href="/" aria-label="HIVE: text to speech">
          <Logo />
        </a>
        <nav aria-label="Service">
          <a href="/docs">API</a>
        </nav>
      </header>
      <main id="content" className="page page-narrow speech">
        <h1>Text to speech</h1>
        <p role="status" className="unseen">
          {told}
        </p>
        {!apiKey && <KeyForm problem={refusal?.place === "key" ? refusal.message : ""} take={takeKey} />}
        {apiKey && catalogue && catalogue.voices.length > 0 && (
          <SpeechForm
            apiKey={apiKey}
            voices={catalogue.voices}
            initial={catalogue.chosen}
            busy={busy}
            refusal={refusal}
            refuse={refuse}
            speak={(speech) => void say(speech)}
            cancel={() => asking.current?.abort()}
          />
        )}
        {apiKey && !catalogue && <Waiting refusal={refusal} again={() => takeKey(apiKey)} />}
        {apiKey && catalogue?.voices.length === 0 && (
          <p className="notice notice-problem">This service has no voices; an operator can fetch some.</p>
        )}
        {shown && <Result spoken={shown} />}
        <History history={history} show={setShown} clear={clear} />
        {apiKey && (
          <button type="button" className="button button-quiet" onClick={() => takeKey("")}>
            Forget the key
          </button>
        )}
      </main>
    </>
  );
}

/** While the voices are fetched, or where that failed. */
function Waiting({ refusal, again }: { refusal: Refusal | null; again: () => void }) {
  if (!refusal) return <progress aria-label="The voices are fetched" />;
  return (
    <div className="notice notice-problem" role="alert">
      <p>{refusal.message}</p>
      <button type="button" className="button" onClick={again}>
        Try again
      </button>
    </div>
  );
}
