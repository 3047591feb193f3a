import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { interpretedBy, interpreterInto } from "../logic/booths";
import { nameWithin } from "../logic/languages";
import { nameIn } from "../logic/names";
import { Icon } from "./Icon";

/** In the status strip: who interprets into the language listened to, whose turn it is, and where one may take over. */
export function BoothLine() {
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  if (!interpreter.present) return null;
  const own = interpreter.booths.may.get(meeting.room.localParticipant.identity) ?? [];
  return (
    <>
      {own.length > 0 && <OwnBooth languages={own} />}
      <Told />
    </>
  );
}

/** Takes a language over and gives it back. */
function OwnBooth({ languages }: { languages: readonly string[] }) {
  const { text, language: locale } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const wanted = useStore(meeting.booth.wanted);
  const booths = interpreter.present ? interpreter.booths : null;
  const now = booths ? interpretedBy(booths, meeting.room.localParticipant.identity) : "";
  const takeOver = (code: string): void => {
    void meeting.setMicrophone(true);
    meeting.booth.wanted.set(code);
  };
  return (
    <div className="strip-action" data-booth={now}>
      <p>
        {now
          ? text("booth.now", { language: nameWithin(now, locale) })
          : text("booth.may", {
              languages: new Intl.ListFormat(locale).format(languages.map((code) => nameWithin(code, locale))),
            })}
      </p>
      {wanted ? (
        <button type="button" className="button" onClick={() => meeting.booth.wanted.set("")}>
          <Icon name="ear" />
          {text("booth.giveBack")}
        </button>
      ) : (
        languages.map((code) => (
          <button key={code} type="button" className="button button-main" onClick={() => takeOver(code)}>
            <Icon name="interpreter" />
            {text("booth.takeOver", { language: nameWithin(code, locale) })}
          </button>
        ))
      )}
    </div>
  );
}

function Told() {
  const { text, language: locale } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const names = useStore(meeting.directory.names);
  const { listen } = useStore(meeting.wishSender.wishes);
  if (!interpreter.present) return null;
  const me = meeting.room.localParticipant.identity;
  const person = listen === "off" ? "" : interpreterInto(interpreter.booths, listen);
  const { speaker, interpreting } = interpreter.turn ?? { speaker: "", interpreting: "" };
  const turn = (): string => {
    if (interpreting) return text("turn.interpreting", { name: nameIn(names, interpreting) });
    if (speaker === me) return text("turn.yours");
    return speaker ? text("turn.of", { name: nameIn(names, speaker) }) : "";
  };
  const words = turn();
  return (
    <div role="status" className="troubles">
      {words && (
        <p data-kind="good" data-turn={interpreting ? "interpreter" : "speaker"}>
          {words}
        </p>
      )}
      {person && person !== me && (
        <p data-kind="good" data-interprets={person}>
          {text("booth.by", { name: nameIn(names, person), language: nameWithin(listen, locale) })}
        </p>
      )}
    </div>
  );
}
