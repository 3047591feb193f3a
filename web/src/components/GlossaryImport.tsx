import { useState, type ChangeEvent } from "react";
import { useI18n } from "../hooks/useI18n";
import type { GlossaryRow } from "../logic/glossary";
import { MOST_ENTRIES } from "../logic/glossary";
import {
  MOST_CELL_CHARACTERS,
  MOST_TABLE_CHARACTERS,
  readTable,
  type LineProblem,
  type Problem,
} from "../logic/glossaryImport";
import type { TextKey } from "../logic/i18n";
import { nameWithin } from "../logic/languages";
import { Notice } from "./controls";

const PROBLEM_TEXTS: Readonly<Record<Problem, TextKey>> = {
  noTerm: "org.importNoTerm",
  tooLong: "org.importTooLong",
  twice: "org.importTwice",
  quote: "org.importQuote",
  tooMany: "org.importTooMany",
  columns: "org.importColumns",
};

const MOST_SHOWN = 5;

interface GlossaryImportProps {
  /** Of the terms, where the table does not say it. */
  readonly language: string;
  readonly target: string;
  readonly onImport: (terms: readonly Omit<GlossaryRow, "id">[]) => void;
}

/** Takes a table in, after a look at what it holds. Fetched when it is opened. */
export default function GlossaryImport({ language, target, onImport }: GlossaryImportProps) {
  const { text, count, language: locale } = useI18n();
  const [table, setTable] = useState("");
  const [tooBig, setTooBig] = useState(false);
  const { terms, problems } = readTable(table, language, target);

  const take = (next: string): void => {
    setTooBig(next.length > MOST_TABLE_CHARACTERS);
    setTable(next.length > MOST_TABLE_CHARACTERS ? "" : next);
  };
  const open = async ({ target: field }: ChangeEvent<HTMLInputElement>): Promise<void> => {
    const file = field.files?.[0];
    field.value = ""; // the same file may be chosen again, once it has been mended
    if (!file) return;
    if (file.size > MOST_TABLE_CHARACTERS * 4) return setTooBig(true);
    take(await file.text());
  };
  return (
    <div className="glossary-import">
      <label className="field">
        <span>{text("org.importTable")}</span>
        <textarea
          rows={4}
          dir="auto"
          spellCheck={false}
          value={table}
          aria-describedby="import-hint"
          onChange={(event) => take(event.target.value)}
        />
      </label>
      <p className="hint" id="import-hint">
        {text("org.importHint", { language: nameWithin(target, locale) })}
      </p>
      <label className="field">
        <span>{text("org.importFile")}</span>
        <input
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
          onChange={(event) => void open(event)}
        />
      </label>
      {tooBig && (
        <Notice kind="problem" urgent>
          {text("org.importTooBig", { size: MOST_TABLE_CHARACTERS / 1000 })}
        </Notice>
      )}
      {problems.length > 0 && <Problems problems={problems} />}
      {terms.length > 0 && (
        <>
          <ul className="glossary-preview">
            {terms.slice(0, MOST_SHOWN).map((term) => (
              <li key={term.source} dir="auto">
                {[term.source, ...Object.values(term.translations)].join(" → ")}
              </li>
            ))}
            {terms.length > MOST_SHOWN && <li>…</li>}
          </ul>
          <p className="actions">
            <button
              type="button"
              className="button"
              onClick={() => {
                onImport(terms);
                setTable("");
              }}
            >
              {count("org.importAdd", terms.length)}
            </button>
          </p>
        </>
      )}
    </div>
  );
}

function Problems({ problems }: { problems: readonly LineProblem[] }) {
  const { text } = useI18n();
  return (
    <Notice kind="warning">
      <ul className="glossary-preview">
        {problems.slice(0, MOST_SHOWN).map(({ line, problem }) => (
          <li key={`${line} ${problem}`}>
            {text("org.importLine", {
              line,
              problem: text(PROBLEM_TEXTS[problem], {
                most: problem === "tooMany" ? MOST_ENTRIES : MOST_CELL_CHARACTERS,
              }),
            })}
          </li>
        ))}
        {problems.length > MOST_SHOWN && <li>…</li>}
      </ul>
    </Notice>
  );
}
