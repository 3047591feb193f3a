import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { useI18n } from "../hooks/useI18n";
import { GROUPS, type Group, type LanguageChoice } from "../logic/languageChoices";
import type { TextKey } from "../logic/i18n";
import { directionOf } from "../logic/languages";

const GROUP_TEXTS: Readonly<Record<Exclude<Group, "special">, TextKey>> = {
  recent: "language.recent",
  all: "language.all",
  missing: "language.missing",
};

interface LanguageListProps {
  readonly id: string;
  readonly label: string;
  /** The field that it belongs to. */
  readonly field: RefObject<HTMLElement | null>;
  readonly choices: readonly LanguageChoice[];
  readonly chosen: string;
  readonly active: string;
  readonly optionId: (value: string) => string;
  readonly onChoose: (value: string) => void;
}

/** The list of a `LanguageSelect`: on top of everything, so that no panel or sheet cuts it off. */
export function LanguageList(props: LanguageListProps) {
  const { id, label, field, choices, chosen, active, optionId, onChoose } = props;
  const { text } = useI18n();
  const popup = usePlaced(field);
  const groups = GROUPS.map((group) => ({ group, rows: choices.filter((choice) => choice.group === group) }));
  useEffect(() => {
    popup.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: "nearest" });
  }, [popup, active]);

  return (
    <div
      className="languages"
      popover="manual"
      ref={popup}
      onPointerDown={(event) => event.preventDefault()} // the focus stays in the field
    >
      <div role="listbox" id={id} aria-label={label}>
        {groups.map(
          ({ group, rows }) =>
            rows.length > 0 && (
              <div key={group} role="group" aria-label={group === "special" ? label : text(GROUP_TEXTS[group])}>
                {group !== "special" && (
                  <p className="languages-group" aria-hidden="true">
                    {text(GROUP_TEXTS[group])}
                  </p>
                )}
                {rows.map(({ value, own, name, reason }) => (
                  <div
                    key={value}
                    id={optionId(value)}
                    role="option"
                    className="language"
                    aria-selected={value === chosen}
                    aria-disabled={reason !== null}
                    data-code={value}
                    data-active={value === active}
                    onClick={() => reason === null && onChoose(value)}
                  >
                    <span
                      className="language-own"
                      lang={group === "special" ? undefined : value}
                      dir={group === "special" ? undefined : directionOf(value)}
                    >
                      {own}
                    </span>
                    {name && <span className="language-name">{name}</span>}
                    {reason && <span className="language-reason">{text(reason)}</span>}
                  </div>
                ))}
              </div>
            ),
        )}
      </div>
      {choices.length === 0 && (
        <p className="languages-none" role="status">
          {text("language.none")}
        </p>
      )}
    </div>
  );
}

const GAP_PX = 4;
const EDGE_PX = 8;
const LEAST_PX = 240;
const MOST_PX = 400;
const WIDTH_PX = 288;

/** Below the field where there is room, else above it; what the keyboard of a phone covers is no room. */
function usePlaced(field: RefObject<HTMLElement | null>): RefObject<HTMLDivElement | null> {
  const popup = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = popup.current;
    if (!element) return undefined;
    element.showPopover?.();
    const place = (): void => {
      const at = field.current?.getBoundingClientRect();
      if (!at) return;
      const height = window.visualViewport?.height ?? window.innerHeight;
      const below = height - at.bottom - GAP_PX - EDGE_PX;
      const above = at.top - GAP_PX - EDGE_PX;
      const upwards = below < LEAST_PX && above > below;
      const width = Math.min(Math.max(at.width, WIDTH_PX), window.innerWidth - 2 * EDGE_PX);
      const start = document.documentElement.dir === "rtl" ? at.right - width : at.left;
      element.style.width = `${width}px`;
      element.style.left = `${Math.max(EDGE_PX, Math.min(start, window.innerWidth - width - EDGE_PX))}px`;
      element.style.top = upwards ? "auto" : `${at.bottom + GAP_PX}px`;
      element.style.bottom = upwards ? `${window.innerHeight - at.top + GAP_PX}px` : "auto";
      element.style.maxHeight = `${Math.min(MOST_PX, upwards ? above : below)}px`;
    };
    place();
    const ending = new AbortController();
    const { signal } = ending;
    window.addEventListener("resize", place, { signal });
    window.addEventListener("scroll", place, { signal, capture: true });
    window.visualViewport?.addEventListener("resize", place, { signal });
    return () => ending.abort();
  }, [field]);
  return popup;
}
