import { useI18n } from "../hooks/useI18n";
import type { Config } from "../logic/api";
import { nameWithin } from "../logic/languages";
import { Notice, Switch } from "./controls";

/** So many are named, of more their number is told. */
const MOST_NAMED = 8;

interface InterpreterChoiceProps {
  /** Null while the service has not answered. */
  readonly config: Config | null;
  readonly chosen: boolean;
  readonly onChange: (chosen: boolean) => void;
}

/** Whether the interpreter is in a new meeting from the start, and what the one of this installation can do. */
export function InterpreterChoice({ config, chosen, onChange }: InterpreterChoiceProps) {
  const { text, count, language: locale } = useI18n();
  const { available = true, trial = false } = config?.interpreter ?? {};
  const listed = (codes: readonly string[]): string =>
    codes.length > MOST_NAMED
      ? count("org.capacityLanguages", codes.length)
      : new Intl.ListFormat(locale).format(codes.map((code) => nameWithin(code, locale)));
  return (
    <div className="interpreter-choice" data-trial={trial}>
      <Switch
        label={text("start.interpreter")}
        hint={text(available ? "start.interpreterHint" : "start.interpreterNone")}
        checked={chosen}
        onChange={onChange}
      />
      {chosen && trial && <Notice kind="warning">{text("org.trial")}</Notice>}
      {chosen && config?.offer.recognised && (
        <p className="hint">{text("start.understands", { languages: listed(config.offer.recognised) })}</p>
      )}
      {chosen && config?.offer.read && (
        <p className="hint">{text("start.translates", { languages: listed(config.offer.read) })}</p>
      )}
    </div>
  );
}
