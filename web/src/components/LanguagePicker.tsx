import { useId } from "react";
import { useI18n } from "../hooks/useI18n";
import { nameOf, nameWithin, sortedByName } from "../logic/languages";
import { isOffered } from "../logic/offer";
import { Icon } from "./Icon";
import { languageChoices } from "./languageChoices";

interface LanguagePickerProps {
  /** null stands for all that the interpreter can do. */
  readonly chosen: readonly string[] | null;
  /** All that there is, whatever is chosen; empty while nobody knows it. */
  readonly available: readonly string[];
  readonly onChange: (languages: readonly string[] | null) => void;
}

/** The languages of a meeting as tags; without any, all are offered. */
export function LanguagePicker({ chosen, available, onChange }: LanguagePickerProps) {
  const i18n = useI18n();
  const { text, language: locale } = i18n;
  const id = useId();
  const codes = chosen ?? [];
  const more = languageChoices(i18n, available).filter(({ value }) => !codes.includes(value));
  const known = available.length ? available : null;
  const shown = (code: string): string =>
    isOffered(code, known) ? nameOf(code, locale) : text("before.notHere", { language: nameOf(code, locale) });
  const without = (code: string): readonly string[] | null => {
    const rest = codes.filter((other) => other !== code);
    return rest.length ? rest : null;
  };
  return (
    <div className="picker">
      <h4>{text("org.languages")}</h4>
      <ul className="tags">
        {codes.length === 0 && <li className="tag tag-all">{text("org.allLanguages")}</li>}
        {sortedByName(codes, locale).map((code) => (
          <li className="tag" key={code}>
            {shown(code)}
            <button
              type="button"
              aria-label={text("org.removeLanguage", { language: nameWithin(code, locale) })}
              onClick={() => onChange(without(code))}
            >
              <Icon name="close" />
            </button>
          </li>
        ))}
      </ul>
      <label className="unseen" htmlFor={id}>
        {text("org.addLanguage")}
      </label>
      <select id={id} value="" onChange={(event) => onChange([...codes, event.target.value])}>
        <option value="" disabled>
          {text("org.addLanguage")}
        </option>
        {more.map(({ value, label, disabled }) => (
          <option key={value} value={value} disabled={disabled}>
            {label}
          </option>
        ))}
      </select>
      <p className="hint">{text("org.languagesHint")}</p>
      {known === null && <p className="hint">{text("before.offerUnknown")}</p>}
    </div>
  );
}
