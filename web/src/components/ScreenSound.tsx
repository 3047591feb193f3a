import { useTracks } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useEffect } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { LanguageSelect } from "./LanguageSelect";

const SOURCES = [Track.Source.ScreenShareAudio];
/** Not subscribed to yet, they have names all the same. */
const ALL = { onlySubscribed: false };

/** In the status strip of who shares sound: whether it is interpreted. Also gives shared screens their names. */
export function ScreenSound() {
  const { text } = useI18n();
  const meeting = useMeeting();
  const interpreter = useStore(meeting.interpreter);
  const screen = useStore(meeting.booth.screen);
  const names = useStore(meeting.directory.names);
  const tracks = useTracks(SOURCES, ALL);
  const owners = tracks.map(({ participant }) => participant.identity).join(" ");
  const shares = tracks.some(({ participant }) => participant.isLocal);
  useEffect(() => {
    for (const owner of owners.split(" ")) {
      meeting.directory.nameScreen(owner, (name) => text("people.screenOf", { name }));
    }
  }, [owners, names, meeting, text]);
  useEffect(() => {
    if (!shares) meeting.booth.screen.set(""); // the next screen is another one
  }, [shares, meeting]);
  if (!shares || !interpreter.present) return null;
  return (
    <div className="strip-action" data-screen={screen}>
      <LanguageSelect
        compact
        icon="screen"
        label={text("screen.sound")}
        value={screen}
        special={[
          { value: "", label: text("screen.off") },
          { value: "auto", label: text("before.speakAuto") },
        ]}
        offered={interpreter.abilities.recognised}
        remembers={false}
        onChange={(value) => meeting.booth.screen.set(value)}
      />
    </div>
  );
}
