import { useI18n } from "../hooks/useI18n";
import { nameOf, nameWithin, sortedByName } from "../logic/languages";
import { isOffered } from "../logic/offer";
import { Icon } from "./Icon";
import { LanguageSelect } from "./LanguageSelect";

interface LanguagePickerProps {
  /** null stands for all that the interpreter can do. */
  readonly chosen: readonly string[] | null;
  /** All that there is, whatever is chosen; empty while nobody knows it. */
  readonly available: readonly string[];
  readonly onChange: (languages: readonly string[] | null) => void;
}

/** The languages of a meeting as tags; without any, all are offered. */
export function LanguagePicker({ chosen, available, onChange }: LanguagePickerProps) {
  const { text, language: locale } = useI18n();
  const codes = chosen ?? [];
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
      <LanguageSelect
        unlabelled
        label={text("org.addLanguage")}
        placeholder={text("org.addLanguage")}
        value=""
        offered={available}
        without={codes}
        remembers={false}
        onChange={(code) => onChange([...codes, code])}
      />
      <p className="hint">{text("org.languagesHint")}</p>
      {known === null && <p className="hint">{text("before.offerUnknown")}</p>}
    </div>
  );
}
