import { useCallback, useState } from "react";
import { Logo } from "../components/Icon";
import { keepKey, keptKey, OPERATOR } from "../speech/key";
import { KeyForm } from "../speech/KeyForm";
import { beginTrial, endTrial, promote, resetSetting, type Refused } from "./api";
import { CommentsSection } from "./CommentsSection";
import { FiguresSection } from "./FiguresSection";
import { QueueSection } from "./QueueSection";
import { TrialsSection, type TrialActions } from "./TrialsSection";
import { asRefused, useLooks } from "./useLooks";

const PERIODS = [
  { hours: 1, label: "Last hour" },
  { hours: 24, label: "Last day" },
  { hours: 168, label: "Last week" },
  { hours: 744, label: "Last month" },
] as const;

const KEY_WORDS = {
  label: "Key of an operator",
  hint: "It is kept until this tab is closed, and sent to this service alone.",
  submit: "Continue",
};

/** How the API does, for whoever runs it. */
export function AdminPage() {
  const [key, setKey] = useState(() => keptKey(OPERATOR));
  const [hours, setHours] = useState<number>(24);
  const [problem, setProblem] = useState<{ key: boolean; message: string } | null>(null);
  const [told, setTold] = useState("");

  const take = useCallback((wanted: string) => {
    keepKey(wanted, OPERATOR);
    setProblem(null);
    setKey(wanted);
  }, []);
  const refuse = useCallback((refused: Refused) => {
    setProblem({ key: refused.key, message: refused.message });
    if (!refused.key) return;
    keepKey("", OPERATOR);
    setKey("");
  }, []);
  const { look, again } = useLooks(key, hours, refuse);

  function act(done: string, work: Promise<void>): void {
    setProblem(null);
    setTold("");
    work
      .then(() => {
        setTold(done);
        again();
      })
      .catch((error: unknown) => refuse(asRefused(error)));
  }

  const actions: TrialActions = {
    begin: (trial) => act("The trial has begun.", beginTrial(key, trial)),
    end: (trial) => act("The trial has ended.", endTrial(key, trial)),
    promote: (trial, variant) => act(`${variant} is everybody's now.`, promote(key, trial, variant)),
    reset: (setting) => act(`${setting} is as it was built.`, resetSetting(key, setting)),
  };

  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="page-head">
        <a href="/admin" aria-label="HIVE: how the API does">
          <Logo />
        </a>
        <nav aria-label="Service">
          <a href="/docs">API</a>
        </nav>
      </header>
      <main id="content" className="page admin">
        <h1>How the API does</h1>
        <p role="status" className="unseen">
          {told}
        </p>
        {!key && <KeyForm words={KEY_WORDS} problem={problem?.key ? problem.message : ""} take={take} />}
        {problem && !problem.key && (
          <div className="notice notice-problem" role="alert">
            <p>{problem.message}</p>
            <button type="button" className="button" onClick={() => (setProblem(null), again())}>
              Try again
            </button>
          </div>
        )}
        {key && (
          <div className="admin-bar">
            <div className="field">
              <label htmlFor="period">Time</label>
              <select id="period" value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {PERIODS.map((period) => (
                  <option key={period.hours} value={period.hours}>
                    {period.label}
                  </option>
                ))}
              </select>
            </div>
            <p className="hint">Each figure is compared with the time of equal length before.</p>
            <button type="button" className="button button-quiet" onClick={() => take("")}>
              Forget the key
            </button>
          </div>
        )}
        {key && !look && !problem && <progress aria-label="The figures are fetched" />}
        {look && (
          <>
            <FiguresSection metrics={look.metrics} />
            <QueueSection view={look.queue} />
            <TrialsSection found={look.trials} actions={actions} />
            <CommentsSection comments={look.comments} />
          </>
        )}
      </main>
    </>
  );
}
