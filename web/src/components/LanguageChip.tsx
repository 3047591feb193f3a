import { useCallback, useId, useRef } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { directionOf, ownNameOf } from "../logic/languages";
import type { Offer } from "../logic/offer";
import { Icon } from "./Icon";
import { LanguageSheet } from "./LanguageSheet";

/** How the sheet is open: by its button, or by the key that leads to its first list. */
export type SheetState = "closed" | "open" | "list";

interface LanguageChipProps {
  readonly offer: Offer;
  readonly sheet: SheetState;
  readonly onSheet: (sheet: SheetState) => void;
}

/** Says which language this person hears, or reads where they hear none of it, and leads to all that belongs to it. */
export function LanguageChip({ offer, sheet, onSheet }: LanguageChipProps) {
  const { text, language: locale } = useI18n();
  const meeting = useMeeting();
  const { listen, read } = useStore(meeting.wishSender.wishes);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const hears = meeting.admission.role !== "reader";
  const code = hears ? listen : read.language;
  const isLanguage = code !== "off";
  const close = useCallback(
    (refocus: boolean) => {
      if (refocus) button.current?.focus();
      onSheet("closed");
    },
    [onSheet],
  );
  return (
    <div className="tool-slot chip-slot">
      <button
        type="button"
        ref={button}
        className="chip"
        aria-haspopup="dialog"
        aria-expanded={sheet !== "closed"}
        aria-controls={id}
        title={text("before.languages")}
        data-language={code}
        onClick={() => onSheet(sheet === "closed" ? "open" : "closed")}
      >
        <Icon name={hears ? "headphones" : "read"} />
        <span className="unseen">{`${text(hears ? "before.hear" : "before.read")}: `}</span>
        <span
          className="chip-name"
          lang={isLanguage ? code : undefined}
          dir={isLanguage ? directionOf(code) : undefined}
        >
          {isLanguage ? ownNameOf(code, locale) : text("before.hearOff")}
        </span>
        <Icon name="chevron" />
      </button>
      {sheet !== "closed" && (
        <LanguageSheet id={id} offer={offer} chip={button} toList={sheet === "list"} onClose={close} />
      )}
    </div>
  );
}
