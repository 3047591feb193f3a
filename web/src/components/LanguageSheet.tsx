import { lazy, Suspense, useEffect, useId, useRef, type RefObject } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useWishes } from "../hooks/useWishes";
import type { Offer } from "../logic/offer";
import { Balance } from "./Balance";
import { CloseButton } from "./controls";
import { HearingChoices } from "./HearingChoices";
import { PartBoundary } from "./PartBoundary";
import { HearField, ReadField, readingIn, ReadModeSelect } from "./LanguageFields";

const RatingFields = lazy(() => import("./RatingFields"));

export const HEAR_FIELD_ID = "hear";

interface LanguageSheetProps {
  readonly id: string;
  readonly offer: Offer;
  /** The button that it hangs on; a click there is no click elsewhere. */
  readonly chip: RefObject<HTMLButtonElement | null>;
  /** Whether the focus goes to the first list, as whoever opens it by a key wants it. */
  readonly toList: boolean;
  /** `refocus` where the focus goes back to the button. */
  readonly onClose: (refocus: boolean) => void;
}

/** What this person hears and reads: beside the button on a desktop, the lower half of a phone. */
export function LanguageSheet({ id, offer, chip, toList, onClose }: LanguageSheetProps) {
  const { text } = useI18n();
  const meeting = useMeeting();
  const { wishes, setListen, setRead } = useWishes();
  const { mode, language } = wishes.read;
  const sheet = useRef<HTMLDivElement>(null);
  const titleId = useId();
  const hears = meeting.admission.role !== "reader";

  useEffect(() => {
    // A list that has the focus brings up the keyboard of a phone, so it waits until it is touched.
    const list = toList ? sheet.current?.querySelector<HTMLElement>("[role=combobox]") : null;
    (list ?? sheet.current)?.focus({ preventScroll: true });
  }, [toList]);
  useEffect(() => {
    const closeOutside = ({ target }: PointerEvent): void => {
      const inside = target instanceof Node && (sheet.current?.contains(target) || chip.current?.contains(target));
      if (!inside) onClose(false);
    };
    document.addEventListener("pointerdown", closeOutside);
    return () => document.removeEventListener("pointerdown", closeOutside);
  }, [chip, onClose]);

  return (
    <div
      className="sheet"
      id={id}
      ref={sheet}
      role="dialog"
      aria-labelledby={titleId}
      tabIndex={-1}
      onKeyDown={(event) => event.key === "Escape" && onClose(true)}
    >
      <div className="sheet-head">
        <h2 id={titleId}>{text("before.languages")}</h2>
        <CloseButton onClose={() => onClose(true)} />
      </div>
      <div className="sheet-body">
        {hears && (
          <>
            <HearField id={HEAR_FIELD_ID} offer={offer} value={wishes.listen} onChange={setListen} />
            {wishes.listen !== "off" && <Balance />}
          </>
        )}
        <div className="field-pair">
          <ReadField offer={offer} value={language} onChange={(code) => setRead(readingIn(code, mode))} />
          <ReadModeSelect mode={mode} onChange={(next) => setRead({ mode: next, language })} />
        </div>
        <HearingChoices offer={offer} />
        <PartBoundary>
          <Suspense fallback={null}>
            <RatingFields />
          </Suspense>
        </PartBoundary>
      </div>
    </div>
  );
}
