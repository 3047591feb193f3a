import { lazy, Suspense, useState } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useTell } from "../hooks/useFeedback";
import { useI18n } from "../hooks/useI18n";
import { useLeaveGuard } from "../hooks/useLeaveGuard";
import { glossaryOf, MOST_ENTRIES, rowsOf, withImported, type Glossary, type GlossaryRow } from "../logic/glossary";
import { nameWithin } from "../logic/languages";
import { Dialog, Notice } from "./controls";
import { Icon } from "./Icon";
import { LanguageSelect } from "./LanguageSelect";
import { PartBoundary } from "./PartBoundary";

const GlossaryImport = lazy(() => import("./GlossaryImport"));

interface GlossaryDialogProps {
  readonly glossary: Glossary | null;
  readonly languages: readonly string[];
  /** The dialog closes once it is saved; what fails is said in it, and nothing is lost. */
  readonly onSave: (glossary: Glossary | null) => Promise<void>;
  readonly onClose: () => void;
}

export function GlossaryDialog({ glossary, languages, onSave, onClose }: GlossaryDialogProps) {
  const { text, language: locale } = useI18n();
  const tell = useTell();
  const [first] = useState<readonly GlossaryRow[]>(() => withBlank(rowsOf(glossary), locale));
  const [rows, setRows] = useState(first);
  useLeaveGuard(rows !== first);
  const [target, setTarget] = useState(languages[0] ?? (locale === "en" ? "es" : "en"));
  const targetName = nameWithin(target, locale);
  const errorText = useErrorText();
  const [importing, setImporting] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const save = async (): Promise<void> => {
    setBusy(true);
    try {
      await onSave(glossaryOf(rows));
      tell(text("told.glossary"));
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  const edit = (id: number, part: Partial<GlossaryRow>): void =>
    setRows((before) => before.map((row) => (row.id === id ? { ...row, ...part } : row)));

  return (
    <Dialog title={text("org.glossary")} onClose={onClose} wide>
      <p className="hint">{text("org.glossaryHint")}</p>
      <LanguageSelect
        label={text("org.glossaryIn")}
        value={target}
        offered={languages}
        remembers={false}
        onChange={setTarget}
      />
      <div className="glossary">
        <div className="glossary-row glossary-head" aria-hidden="true">
          <span>{text("org.term")}</span>
          <span>{text("org.termLanguage")}</span>
          <span>{text("org.written", { language: targetName })}</span>
          <span>{text("org.spoken", { language: targetName })}</span>
        </div>
        {rows.map((row) => (
          <div className="glossary-row" key={row.id} role="group" aria-label={row.source || text("org.addTerm")}>
            <input
              aria-label={text("org.term")}
              placeholder={text("org.term")}
              value={row.source}
              maxLength={100}
              onChange={(event) => edit(row.id, { source: event.target.value })}
            />
            <LanguageSelect
              unlabelled
              label={text("org.termLanguage")}
              value={row.language}
              offered={null}
              remembers={false}
              onChange={(code) => edit(row.id, { language: code })}
            />
            <input
              aria-label={text("org.written", { language: targetName })}
              placeholder={row.source || text("org.written", { language: targetName })}
              lang={target}
              value={row.translations[target] ?? ""}
              maxLength={100}
              onChange={(event) =>
                edit(row.id, { translations: { ...row.translations, [target]: event.target.value } })
              }
            />
            <input
              aria-label={text("org.spoken", { language: targetName })}
              placeholder={text("org.spoken", { language: targetName })}
              lang={target}
              value={row.spoken[target] ?? ""}
              maxLength={100}
              onChange={(event) => edit(row.id, { spoken: { ...row.spoken, [target]: event.target.value } })}
            />
            <button
              type="button"
              className="button button-quiet button-icon"
              aria-label={`${text("org.removeTerm")} ${row.source}`}
              onClick={() => setRows((before) => before.filter((other) => other.id !== row.id))}
            >
              <Icon name="trash" />
            </button>
          </div>
        ))}
      </div>
      <p className="actions">
        <button
          type="button"
          className="button"
          disabled={rows.length >= MOST_ENTRIES}
          onClick={() => setRows((before) => [...before, blank(before, locale)])}
        >
          <Icon name="plus" />
          {text("org.addTerm")}
        </button>
        <button
          type="button"
          className="button"
          aria-expanded={importing}
          onClick={() => setImporting((before) => !before)}
        >
          {text("org.import")}
        </button>
      </p>
      {importing && (
        <PartBoundary>
          <Suspense>
            <GlossaryImport
              language={rows.at(-1)?.language ?? locale}
              target={target}
              onImport={(terms) => setRows((before) => withImported(before, terms))}
            />
          </Suspense>
        </PartBoundary>
      )}
      {error !== null && (
        <Notice kind="problem" urgent>
          {errorText(error)}
        </Notice>
      )}
      <p className="actions dialog-foot">
        <button type="button" className="button button-main" disabled={busy} onClick={() => void save()}>
          {text("app.save")}
        </button>
        <button type="button" className="button" onClick={onClose}>
          {text("app.cancel")}
        </button>
      </p>
    </Dialog>
  );
}

function withBlank(rows: readonly GlossaryRow[], language: string): readonly GlossaryRow[] {
  return rows.length ? rows : [blank(rows, language)];
}

function blank(rows: readonly GlossaryRow[], language: string): GlossaryRow {
  const last = rows.at(-1);
  return { id: (last?.id ?? 0) + 1, source: "", language: last?.language ?? language, translations: {}, spoken: {} };
}
