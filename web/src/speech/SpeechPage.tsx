import { useCallback, useEffect, useRef, useState } from "react";
import { Logo } from "../components/Icon";
import { PageLanguage } from "../components/PageLanguage";
import { fetchVoices, Refusal, speak, type Speech, type Voice } from "./api";
import { forget, keep, readHistory, type Spoken } from "./history";
import { History } from "./History";
import { keepKey, keptKey } from "./key";
import { KeyForm } from "./KeyForm";
import { Result } from "./Result";
import { SpeechForm } from "./SpeechForm";
import { useRefusalText, useWords, type SpeechKey } from "./useWords";

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal("page", { key: "page.failed" });
}

/** Text to speech: a key, then text, voice and speed, then sound. */
export function SpeechPage() {
  const { text, language } = useWords();
  const refusalText = useRefusalText();
  const [apiKey, setApiKey] = useState(() => keptKey());
  const [catalogue, setCatalogue] = useState<{ chosen: string; voices: Voice[] } | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [busy, setBusy] = useState(false);
  const [shown, setShown] = useState<Spoken | null>(null);
  const [history, setHistory] = useState<Spoken[]>([]);
  const [told, setTold] = useState<SpeechKey | null>(null);
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

  useEffect(() => {
    document.title = text("page.home");
  }, [text]);

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
    setTold(null);
    try {
      const sound = await speak(speech, apiKey, mine.signal);
      const spoken = { ...speech, at: Date.now(), sound };
      setShown(spoken);
      setTold("result.ready");
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
    setTold("history.cleared");
  }

  return (
    <>
      <a className="skip" href="#content">
        {text("page.skip")}
      </a>
      <header className="page-head">
        <a href="/" aria-label={text("page.home")}>
          <Logo />
        </a>
        <div className="page-head-end">
          <nav aria-label={text("page.service")}>
            <a href="/docs">API</a>
          </nav>
          <PageLanguage label={text("page.language")} language={language} />
        </div>
      </header>
      <main id="content" className="page page-narrow speech">
        <h1>{text("page.title")}</h1>
        <p role="status" className="unseen">
          {told && text(told)}
        </p>
        {!apiKey && (
          <KeyForm
            problem={refusal?.place === "key" ? refusalText(refusal) : ""}
            take={takeKey}
            words={{ label: text("key.label"), hint: text("key.hint"), submit: text("key.continue") }}
          />
        )}
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
        {apiKey && catalogue?.voices.length === 0 && <p className="notice notice-problem">{text("voices.none")}</p>}
        {shown && <Result spoken={shown} />}
        <History history={history} show={setShown} clear={clear} />
        {apiKey && (
          <button type="button" className="button button-quiet" onClick={() => takeKey("")}>
            {text("key.forget")}
          </button>
        )}
      </main>
    </>
  );
}

/** While the voices are fetched, or where that failed. */
function Waiting({ refusal, again }: { refusal: Refusal | null; again: () => void }) {
  const { text } = useWords();
  const refusalText = useRefusalText();
  if (!refusal) return <progress aria-label={text("voices.loading")} />;
  return (
    <div className="notice notice-problem" role="alert">
      <p>{refusalText(refusal)}</p>
      <button type="button" className="button" onClick={again}>
        {text("page.retry")}
      </button>
    </div>
  );
}
