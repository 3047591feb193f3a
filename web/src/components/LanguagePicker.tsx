import { useId } from "react";
import { useI18n } from "../hooks/useI18n";
import { COMMON_LANGUAGES, nameOf, nameWithin, sortedByName } from "../logic/languages";
import { Icon } from "./Icon";

interface LanguagePickerProps {
  /** null stands for all that the interpreter can do. */
  readonly chosen: readonly string[] | null;
  readonly available: readonly string[];
  readonly onChange: (languages: readonly string[] | null) => void;
}

/** The languages of a meeting as tags; without any, all are offered. */
export function LanguagePicker({ chosen, available, onChange }: LanguagePickerProps) {
  const { text, language: locale } = useI18n();
  const id = useId();
  const codes = chosen ?? [];
  const more = sortedByName(available.length ? available : COMMON_LANGUAGES, locale).filter(
    (code) => !codes.includes(code),
  );
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
            {nameOf(code, locale)}
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
        {more.map((code) => (
          <option key={code} value={code}>
            {nameOf(code, locale)}
          </option>
        ))}
      </select>
      <p className="hint">{text("org.languagesHint")}</p>
    </div>
  );
}
