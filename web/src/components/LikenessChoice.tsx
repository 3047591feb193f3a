import { useId } from "react";
import { useHearing } from "../hooks/useHearing";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { nameWithin } from "../logic/languages";
import { ENOUGH_S, type Likeness } from "../logic/likeness";
import { Switch } from "./controls";

/** Whether others hear this person in a voice that resembles theirs: what they agree to, and how far it is. */
export default function LikenessChoice() {
  const { text } = useI18n();
  const { choices, setLikeness } = useHearing();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const likenesses = interpreter.present ? interpreter.likenesses : null;
  const consentId = useId();
  const own = likenesses?.get(meeting.room.localParticipant.identity);
  return (
    <div className="likeness" data-likeness={choices.likeness ? (own?.state ?? "none") : "off"}>
      {/* Above the switch, so that nobody reaches it without having had this before their eyes. */}
      <p className="hint" id={consentId}>
        {text("hearing.likenessHint")}
      </p>
      <Switch
        label={text("hearing.likeness")}
        describedBy={consentId}
        checked={choices.likeness}
        onChange={setLikeness}
      />
      <div role="status">{choices.likeness && own && <Progress likeness={own} />}</div>
    </div>
  );
}

function Progress({ likeness: { state, speechS, voices } }: { likeness: Likeness }) {
  const { text, number, language: locale } = useI18n();
  const hundredths = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  switch (state) {
    case "gathering":
      return (
        <p className="hint">{text("likeness.gathering", { seconds: number(speechS), enough: number(ENOUGH_S) })}</p>
      );
    case "searching":
      return <p className="hint">{text("likeness.searching")}</p>;
    case "failed":
      return <p className="hint">{text("likeness.failed")}</p>;
    case "found":
      return voices.map(({ language, before, after }) => (
        <p key={language} className="hint" data-language={language}>
          {text("likeness.found", {
            language: nameWithin(language, locale),
            before: before.toLocaleString(locale, hundredths),
            after: after.toLocaleString(locale, hundredths),
          })}
        </p>
      ));
  }
}
