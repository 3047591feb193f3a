import { useState, type FormEvent } from "react";
import type { NewTrial, Standing, Trial, Trials } from "./api";
import { difference, written } from "./figures";
import { Table } from "./Table";

const STATUS: Readonly<Record<string, string>> = {
  running: "runs",
  decided: "is decided; nothing changes until a variant is promoted",
  ended: "has ended",
};
const OUTCOME: Readonly<Record<string, string>> = {
  better: "a variant is better",
  worse: "every variant is worse",
  no_difference: "no difference was shown",
  out_of_time: "its time is over",
};
const VERDICT: Readonly<Record<string, string>> = {
  too_few: "too few people yet",
  undecided: "not decided",
  better: "better",
  worse: "worse",
};

export interface TrialActions {
  readonly begin: (trial: NewTrial) => void;
  readonly end: (trial: string) => void;
  readonly promote: (trial: string, variant: string) => void;
  readonly reset: (setting: string) => void;
}

/** Trials of settings: what is tried, what came of it, what holds for everybody. */
export function TrialsSection({ found, actions }: { found: Trials; actions: TrialActions }) {
  return (
    <section aria-labelledby="trials-title">
      <h2 id="trials-title">Trials</h2>
      <p className="hint">
        Intervals hold however often one looks. A trial ends by its rule; what it showed becomes everybody&apos;s only
        by hand.
      </p>
      {found.defaults.map(({ setting, value }) => (
        <p key={setting} className="trial-default">
          For everybody: {setting} is {value}.{" "}
          <button type="button" className="button" onClick={() => actions.reset(setting)}>
            Take back {setting}
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
  const [promoting, setPromoting] = useState("");
  const title = `trial-${trial.id}`;
  return (
    <article className="card" aria-labelledby={title}>
      <h3 id={title}>
        <bdi>{trial.name}</bdi>
      </h3>
      <p>
        By {trial.metric}; {STATUS[trial.status] ?? trial.status}
        {trial.outcome && `: ${OUTCOME[trial.outcome] ?? trial.outcome}`}
        {trial.promoted && `; ${trial.promoted} was promoted`}.
      </p>
      <Table
        title={`Variants of ${trial.name}`}
        heads={["Variant", "People", "Mean", "Difference", "Between", "Verdict"]}
        empty="It has no variants."
        rows={trial.variants.map((variant) => ({ id: variant.variant, cells: standingCells(trial, variant) }))}
      />
      <div className="actions">
        {trial.status === "running" && (
          <button type="button" className="button" onClick={() => actions.end(trial.id)}>
            End the trial
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
                  Yes, {variant} for everybody
                </button>
              ) : (
                <button key={variant} type="button" className="button" onClick={() => setPromoting(variant)}>
                  Promote {variant}…
                </button>
              ),
            )}
      </div>
    </article>
  );
}

function standingCells(trial: Trial, standing: Standing): string[] {
  const name = standing.settings ? `${standing.variant} (${standing.settings})` : `${standing.variant} (as it is)`;
  const { low, high } = standing;
  return [
    name,
    String(standing.people),
    written(standing.mean, trial.metric === "latency" ? "s" : "rating"),
    difference(standing.difference, trial.metric),
    low === null ? "–" : `${difference(low, trial.metric)} and ${difference(high, trial.metric)}`,
    VERDICT[standing.verdict] ?? "",
  ];
}

function NewTrialForm({
  settings,
  begin,
}: {
  settings: Readonly<Record<string, readonly string[]>>;
  begin: (trial: NewTrial) => void;
}) {
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
      <summary>Begin a trial</summary>
      <form onSubmit={submit}>
        <div className="field">
          <label htmlFor="trial-name">Name of the trial</label>
          <input
            id="trial-name"
            value={name}
            maxLength={120}
            required
            onChange={(event) => setName(event.target.value)}
          />
        </div>
        <Choice id="trial-setting" label="Setting" value={setting} values={names} choose={setSetting} />
        <Choice id="trial-value" label="Tried value" value={chosen} values={values} choose={setValue} />
        <Choice id="trial-metric" label="Decided by" value={metric} values={["rating", "latency"]} choose={setMetric} />
        <div className="field">
          <label htmlFor="trial-people">People of each half before anything is told</label>
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
          Begin
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
}: {
  id: string;
  label: string;
  value: string;
  values: readonly string[];
  choose: (value: string) => void;
}) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => choose(event.target.value)}>
        {values.map((each) => (
          <option key={each} value={each}>
            {each.replaceAll("_", " ")}
          </option>
        ))}
      </select>
    </div>
  );
}
