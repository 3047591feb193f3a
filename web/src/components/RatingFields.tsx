import { useId, useState, type FormEvent } from "react";
import { useErrorText } from "../hooks/useErrorText";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useWishes } from "../hooks/useWishes";
import type { TextKey } from "../logic/i18n";
import { directionOf } from "../logic/languages";
import { heardVoice, ratable, RATING_REASONS, type RatedThing, type RatingReason } from "../logic/rating";

/** Shown to choose from. */
const MOST_CAPTIONS = 5;
const REASONS: Readonly<Record<RatingReason, TextKey>> = {
  wrong_words: "rate.wrongWords",
  wrong_translation: "rate.wrongTranslation",
  wrong_language: "rate.wrongLanguage",
  bad_sound: "rate.badSound",
  too_late: "rate.tooLate",
  other: "rate.other",
};

/** Whether the newest captions and the voice are good: one press, then a reason for whoever wants to give one. */
export default function RatingFields() {
  const { text } = useI18n();
  const { passages } = useMeeting();
  const { wishes } = useWishes();
  const { mode, language } = wishes.read;
  // As they were when the sheet was opened: nothing moves under the pointer.
  const [captions] = useState(() =>
    mode === "off" ? [] : ratable(passages.get().all, mode === "original" ? null : language, MOST_CAPTIONS),
  );
  const [chosen, setChosen] = useState(0);
  const caption = captions[chosen];
  const voice = heardVoice(wishes.listen);
  const id = useId();
  if (!caption && !voice) return null;
  return (
    <section className="rating" aria-labelledby={id}>
      <h3 id={id}>{text("rate.title")}</h3>
      {caption && (
        <>
          <div className="field">
            <label htmlFor={`${id}-caption`}>{text("rate.caption")}</label>
            <select
              id={`${id}-caption`}
              value={chosen}
              dir={directionOf(caption.target)}
              onChange={(event) => setChosen(Number(event.target.value))}
            >
              {captions.map((each, at) => (
                <option key={each.thing} value={at} lang={each.target}>
                  {shownOf(each)}
                </option>
              ))}
            </select>
          </div>
          <Thumbs key={caption.thing} thing={caption} label={text("rate.caption")} />
        </>
      )}
      {voice && <Thumbs key={voice.thing} thing={voice} label={text("rate.voice")} shown />}
    </section>
  );
}

function shownOf({ words }: RatedThing): string {
  const shown = words.slice(words.lastIndexOf(" → ") + 1).replace(/^→ /, "");
  return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
}

function Thumbs({ thing, label, shown = false }: { thing: RatedThing; label: string; shown?: boolean }) {
  const { text } = useI18n();
  const { session } = useMeeting();
  const errorText = useErrorText();
  const [good, setGood] = useState<boolean | null>(null);
  const [told, setTold] = useState("");

  function rate(up: boolean, more: { reason?: RatingReason; words?: string } = {}): void {
    const { about, thing: name, source, target } = thing;
    setGood(up);
    session.rate({ about, thing: name, source, target, good: up, ...more }).then(
      () => setTold(text("rate.thanks")),
      (error: unknown) => {
        setGood(null);
        setTold(errorText(error));
      },
    );
  }

  return (
    <>
      <div className="rating-thumbs" role="group" aria-label={label}>
        {shown && <span aria-hidden="true">{label}</span>}
        {[true, false].map((up) => (
          <button key={String(up)} type="button" className="button" aria-pressed={good === up} onClick={() => rate(up)}>
            {text(up ? "rate.good" : "rate.bad")}
          </button>
        ))}
      </div>
      {good === false && <Reason thing={thing} send={(more) => rate(false, more)} />}
      <p role="status" className="hint">
        {told}
      </p>
    </>
  );
}

function Reason({
  thing,
  send,
}: {
  thing: RatedThing;
  send: (more: { reason: RatingReason; words?: string }) => void;
}) {
  const { text } = useI18n();
  const { encryption } = useMeeting(); // of an encrypted meeting no words leave the room
  const [reason, setReason] = useState<RatingReason>(thing.about === "voice" ? "bad_sound" : "wrong_translation");
  const [withWords, setWithWords] = useState(false);
  const id = useId();

  function submit(event: FormEvent): void {
    event.preventDefault();
    send({ reason, ...(withWords ? { words: thing.words } : {}) });
  }

  return (
    <form className="rating-reason" onSubmit={submit}>
      <div className="field">
        <label htmlFor={id}>{text("rate.why")}</label>
        <select id={id} value={reason} onChange={(event) => setReason(event.target.value as RatingReason)}>
          {RATING_REASONS.map((each) => (
            <option key={each} value={each}>
              {text(REASONS[each])}
            </option>
          ))}
        </select>
      </div>
      {thing.words && !encryption && (
        <label className="rating-words">
          <input type="checkbox" checked={withWords} onChange={(event) => setWithWords(event.target.checked)} />
          {text("rate.words")}
        </label>
      )}
      <button type="submit" className="button">
        {text("rate.send")}
      </button>
    </form>
  );
}
