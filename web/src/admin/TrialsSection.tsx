import { useState, type FormEvent } from "react";
import type { NewTrial, Standing, Trial, Trials } from "./api";
import { Table } from "./Table";
import { useFigures, useNameOf, useWords } from "./useWords";

export interface TrialActions {
  readonly begin: (trial: NewTrial) => void;
  readonly end: (trial: string) => void;
  readonly promote: (trial: string, variant: string) => void;
  readonly reset: (setting: string) => void;
}

/** Trials of settings: what is tried, what came of it, what holds for everybody. */
export function TrialsSection({ found, actions }: { found: Trials; actions: TrialActions }) {
  const { text } = useWords();
  return (
    <section aria-labelledby="trials-title">
      <h2 id="trials-title">{text("trials.title")}</h2>
      <p className="hint">{text("trials.hint")}</p>
      {found.defaults.map(({ setting, value }) => (
        <p key={setting} className="trial-default">
          {text("trials.default", { setting, value })}{" "}
          <button type="button" className="button" onClick={() => actions.reset(setting)}>
            {text("trials.reset", { setting })}
          </button>
        </p>
      ))}
      {found.trials.map((trial) => (
        <TrialCard key={trial.id} trial={trial} actions={actions} />
      ))}
      <NewTrialForm settings={found.settings} begin={actions.begin} />
    </section>
  );
}

function TrialCard({ trial, actions }: { trial: Trial; actions: TrialActions }) {
  const { text } = useWords();
  const told = useTold();
  const cellsOf = useStandingCells();
  const [promoting, setPromoting] = useState("");
  const title = `trial-${trial.id}`;
  return (
    <article className="card" aria-labelledby={title}>
      <h3 id={title}>
        <bdi>{trial.name}</bdi>
      </h3>
      <p>{told(trial)}</p>
      <Table
        title={text("variants.table", { name: trial.name })}
        heads={[
          text("variants.variant"),
          text("variants.people"),
          text("variants.mean"),
          text("variants.difference"),
          text("variants.between"),
          text("variants.verdict"),
        ]}
        empty={text("variants.empty")}
        rows={trial.variants.map((variant) => ({ id: variant.variant, cells: cellsOf(trial, variant) }))}
      />
      <div className="actions">
        {trial.status === "running" && (
          <button type="button" className="button" onClick={() => actions.end(trial.id)}>
            {text("trial.end")}
          </button>
        )}
        {trial.status !== "running" &&
          !trial.promoted &&
          trial.variants
            .filter((variant) => variant.settings)
            .map(({ variant }) =>
              promoting === variant ? (
                <button
                  key={variant}
                  type="button"
                  className="button button-danger"
                  onClick={() => actions.promote(trial.id, variant)}
                >
                  {text("trial.sure", { variant })}
                </button>
              ) : (
                <button key={variant} type="button" className="button" onClick={() => setPromoting(variant)}>
                  {text("trial.promote", { variant })}
                </button>
              ),
            )}
      </div>
    </article>
  );
}

/** How far a trial is, in a sentence. */
function useTold(): (trial: Trial) => string {
  const { text } = useWords();
  const nameOf = useNameOf();
  return ({ metric, status, outcome, promoted }) => {
    let told = nameOf("status", status);
    if (outcome) told = text("trials.outcome", { status: told, outcome: nameOf("outcome", outcome) });
    if (promoted) told = text("trials.promoted", { status: told, variant: promoted });
    return text("trials.by", { metric: nameOf("metric", metric), status: told });
  };
}

function useStandingCells(): (trial: Trial, standing: Standing) => string[] {
  const { text, number } = useWords();
  const { difference, written } = useFigures();
  const nameOf = useNameOf();
  return ({ metric }, { variant, settings, people, mean, difference: by, low, high, verdict }) => [
    settings ? `${variant} (${settings})` : text("variants.asIs", { variant }),
    number(people),
    written(mean, metric === "latency" ? "s" : "rating"),
    difference(by, metric),
    low === null ? "–" : text("variants.range", { low: difference(low, metric), high: difference(high, metric) }),
    verdict && nameOf("verdict", verdict),
  ];
}

function NewTrialForm({
  settings,
  begin,
}: {
  settings: Readonly<Record<string, readonly string[]>>;
  begin: (trial: NewTrial) => void;
}) {
  const { text } = useWords();
  const nameOf = useNameOf();
  const names = Object.keys(settings);
  const [name, setName] = useState("");
  const [setting, setSetting] = useState(names[0] ?? "");
  const [value, setValue] = useState("");
  const [metric, setMetric] = useState("rating");
  const [people, setPeople] = useState("50");
  const values = settings[setting] ?? [];
  const chosen = values.includes(value) ? value : (values[0] ?? "");

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!name.trim() || !chosen) return;
    begin({ name: name.trim(), setting, value: chosen, metric, leastPeople: Number(people) });
    setName("");
  }

  if (names.length === 0) return null;
  return (
    <details className="card">
      <summary>{text("new.title")}</summary>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor="trial-name">{text("new.name")}</label>
          <input
            id="trial-name"
            value={name}
            maxLength={120}
            required
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <Choice id="trial-setting" label={text("new.setting")} value={setting} values={names} choose={setSetting} />
        <Choice id="trial-value" label={text("new.value")} value={chosen} values={values} choose={setValue} />
        <Choice
          id="trial-metric"
          label={text("new.metric")}
          value={metric}
          values={["rating", "latency"]}
          shown={(value) => nameOf("metric", value)}
          choose={setMetric}
        />
        <div className="field">
          <label htmlFor="trial-people">{text("new.people")}</label>
          <input
            id="trial-people"
            type="number"
            min={20}
            max={5000}
            value={people}
            required
            onChange={(event) => setPeople(event.target.value)}
          />
        </div>
        <button type="submit" className="button button-main">
          {text("new.begin")}
        </button>
      </form>
    </details>
  );
}

function Choice({
  id,
  label,
  value,
  values,
  choose,
  shown = (one) => one.replaceAll("_", " "),
}: {
  id: string;
  label: string;
  value: string;
  values: readonly string[];
  choose: (value: string) => void;
  shown?: (value: string) => string;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => choose(event.target.value)}>
        {values.map((each) => (
          <option key={each} value={each}>
            {shown(each)}
          </option>
        ))}
      </select>
    </div>
  );
}
