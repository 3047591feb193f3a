import { useId, useRef, useState, type KeyboardEvent } from "react";
import { useI18n } from "../hooks/useI18n";
import { usePreferences } from "../hooks/usePreferences";
import { choicesOf, labelOf, matching, type LanguageChoice, type Listing } from "../logic/languageChoices";
import { withRecent } from "../logic/preferences";
import { Icon, type IconName } from "./Icon";
import { LanguageList } from "./LanguageList";

interface LanguageSelectProps extends Listing {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly icon?: IconName;
  readonly id?: string;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly compact?: boolean;
  /** The label is for screen readers only. */
  readonly unlabelled?: boolean;
  /** Whether what is chosen counts as used; it does, unless this says no. */
  readonly remembers?: boolean;
}

const PAGE = 8;

/** One language out of many: a combobox with a list, as the WAI-ARIA authoring practices have it. */
export function LanguageSelect(props: LanguageSelectProps) {
  const { label, value, onChange, icon, hint, placeholder, compact = false, unlabelled = false } = props;
  const { special = [], remembers = true } = props;
  const { language: locale } = useI18n();
  const [{ recentLanguages }, change] = usePreferences();
  const made = useId();
  const id = props.id ?? made;
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState("");
  const listed = (): readonly LanguageChoice[] => choicesOf(props, locale, value, recentLanguages);
  const all = open ? listed() : [];
  const shown = matching(all, typed ?? "");
  const choosable = shown.filter(({ reason }) => reason === null);

  const show = (): void => {
    setOpen(true);
    setActive(value);
  };
  const close = (): void => {
    setOpen(false);
    setTyped(null);
  };
  const type = (words: string): void => {
    const found = matching(listed(), words);
    setOpen(true);
    setTyped(words);
    setActive(found.find(({ reason }) => reason === null)?.value ?? "");
  };
  const choose = (chosen: string): void => {
    close();
    if (remembers && !special.some((choice) => choice.value === chosen)) {
      change({ recentLanguages: withRecent(recentLanguages, chosen) });
    }
    if (chosen !== value) onChange(chosen);
  };
  const move = (steps: number): void => {
    const at = choosable.findIndex((choice) => choice.value === active);
    const from = at < 0 && steps < 0 ? choosable.length : at;
    setActive(choosable[Math.min(choosable.length - 1, Math.max(0, from + steps))]?.value ?? "");
  };
  const accept = (): void => {
    if (choosable.some((choice) => choice.value === active)) choose(active);
  };

  const keys: Readonly<Record<string, (event: KeyboardEvent) => void>> = {
    ArrowDown: () => (open ? move(1) : show()),
    ArrowUp: ({ altKey }) => (altKey ? close() : open ? move(-1) : show()),
    PageDown: () => open && move(PAGE),
    PageUp: () => open && move(-PAGE),
    Enter: () => (open ? accept() : show()),
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const key = keys[event.key];
    if (key) {
      event.preventDefault(); // neither sends a form nor moves the caret
      return key(event);
    }
    if (!open) return;
    if (event.key === "Tab" && typed !== null) accept();
    if (event.key !== "Escape") return;
    // The first Escape closes the list alone, not what it stands in.
    event.preventDefault();
    event.stopPropagation();
    close();
  };

  const listId = `${id}-list`;
  const optionId = (code: string): string => `${id}-option-${code}`;
  return (
    <div className={compact ? "field field-compact language-select" : "field language-select"}>
      <label htmlFor={id} className={unlabelled ? "unseen" : undefined}>
        {icon && <Icon name={icon} />}
        <span>{label}</span>
      </label>
      <input
        id={id}
        ref={input}
        role="combobox"
        aria-expanded={open}
        aria-controls={listId}
        aria-haspopup="listbox"
        aria-autocomplete="list"
        aria-activedescendant={open && active ? optionId(active) : undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        data-value={value}
        dir="auto"
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        placeholder={placeholder}
        value={typed ?? labelOf(value, special, locale)}
        onFocus={(event) => event.currentTarget.select()}
        onClick={(event) => {
          if (typed === null) event.currentTarget.select(); // typing replaces what is chosen
          if (!open) show();
        }}
        onChange={(event) => type(event.target.value)}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      {open && (
        <LanguageList
          id={listId}
          label={label}
          field={input}
          choices={shown}
          chosen={value}
          active={active}
          optionId={optionId}
          onChoose={choose}
        />
      )}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
