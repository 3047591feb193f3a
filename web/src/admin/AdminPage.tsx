import { useCallback, useEffect, useState } from "react";
import { Logo } from "../components/Icon";
import { PageLanguage } from "../components/PageLanguage";
import { keepKey, keptKey, OPERATOR } from "../speech/key";
import { KeyForm } from "../speech/KeyForm";
import { beginTrial, endTrial, promote, resetSetting, type Refused } from "./api";
import { CommentsSection } from "./CommentsSection";
import { FiguresSection } from "./FiguresSection";
import { NodesSection } from "./NodesSection";
import { QueueSection } from "./QueueSection";
import { TrialsSection, type TrialActions } from "./TrialsSection";
import { asRefused, useLooks } from "./useLooks";
import { useToldText, useWords, type Told } from "./useWords";

const PERIODS = [
  { hours: 1, label: "period.hour" },
  { hours: 24, label: "period.day" },
  { hours: 168, label: "period.week" },
  { hours: 744, label: "period.month" },
] as const;

/** How the API does, for whoever runs it. */
export function AdminPage() {
  const { text, language } = useWords();
  const toldText = useToldText();
  const [key, setKey] = useState(() => keptKey(OPERATOR));
  const [hours, setHours] = useState<number>(24);
  const [problem, setProblem] = useState<Refused | null>(null);
  const [told, setTold] = useState<Told | null>(null);

  useEffect(() => {
    document.title = text("page.home");
  }, [text]);

  const take = useCallback((wanted: string) => {
    keepKey(wanted, OPERATOR);
    setProblem(null);
    setKey(wanted);
  }, []);
  const refuse = useCallback((refused: Refused) => {
    setProblem(refused);
    if (!refused.key) return;
    keepKey("", OPERATOR);
    setKey("");
  }, []);
  const { look, again } = useLooks(key, hours, refuse);

  function act(done: Told, work: Promise<void>): void {
    setProblem(null);
    setTold(null);
    work
      .then(() => {
        setTold(done);
        again();
      })
      .catch((error: unknown) => refuse(asRefused(error)));
  }

  const actions: TrialActions = {
    begin: (trial) => act({ key: "trial.begun" }, beginTrial(key, trial)),
    end: (trial) => act({ key: "trial.ended" }, endTrial(key, trial)),
    promote: (trial, variant) => act({ key: "trial.promoted", values: { variant } }, promote(key, trial, variant)),
    reset: (setting) => act({ key: "trial.wasReset", values: { setting } }, resetSetting(key, setting)),
  };

  return (
    <>
      <a className="skip" href="#content">
        {text("page.skip")}
      </a>
      <header className="page-head">
        <a href="/admin" aria-label={text("page.home")}>
          <Logo />
        </a>
        <div className="page-head-end">
          <nav aria-label={text("page.service")}>
            <a href="/docs">API</a>
          </nav>
          <PageLanguage label={text("page.language")} language={language} />
        </div>
      </header>
      <main id="content" className="page admin">
        <h1>{text("page.title")}</h1>
        <p role="status" className="unseen">
          {told && toldText(told)}
        </p>
        {!key && (
          <KeyForm
            words={{ label: text("key.label"), hint: text("key.hint"), submit: text("key.continue") }}
            problem={problem?.key ? toldText(problem.told) : ""}
            take={take}
          />
        )}
        {problem && !problem.key && (
          <div className="notice notice-problem" role="alert">
            <p>{toldText(problem.told)}</p>
            <button type="button" className="button" onClick={() => (setProblem(null), again())}>
              {text("page.retry")}
            </button>
          </div>
        )}
        {key && (
          <div className="admin-bar">
            <div className="field">
              <label htmlFor="period">{text("period.label")}</label>
              <select id="period" value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {PERIODS.map((period) => (
                  <option key={period.hours} value={period.hours}>
                    {text(period.label)}
                  </option>
                ))}
              </select>
            </div>
            <p className="hint">{text("period.hint")}</p>
            <button type="button" className="button button-quiet" onClick={() => take("")}>
              {text("key.forget")}
            </button>
          </div>
        )}
        {key && !look && !problem && <progress aria-label={text("page.loading")} />}
        {look && (
          <>
            <FiguresSection metrics={look.metrics} />
            <QueueSection view={look.queue} />
            <NodesSection nodes={look.nodes} />
            <TrialsSection found={look.trials} actions={actions} />
            <CommentsSection comments={look.comments} />
          </>
        )}
      </main>
    </>
  );
}
