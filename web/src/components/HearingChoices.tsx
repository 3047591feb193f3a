import { useRemoteParticipants } from "@livekit/components-react";
import { Track } from "livekit-client";
import { lazy, Suspense } from "react";
import { useHearing } from "../hooks/useHearing";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { useWishes } from "../hooks/useWishes";
import type { HearingChoices as Choices } from "../logic/hearing";
import { sameLanguage } from "../logic/languages";
import { nameIn } from "../logic/names";
import type { Offer } from "../logic/offer";
import { isPerson } from "../room/directory";
import { Select } from "./controls";
import { LanguageSelect } from "./LanguageSelect";
import { PartBoundary } from "./PartBoundary";
import { PersonSound } from "./PersonSound";

const LikenessChoice = lazy(() => import("./LikenessChoice"));

/** Hearing beyond one language: a second one, single people and their volume, and one's own voice for the others. */
export function HearingChoices({ offer }: { offer: Offer }) {
  const meeting = useMeeting();
  const { choices } = useHearing();
  return (
    <section className="hearing-choices">
      {meeting.admission.role !== "reader" && (
        <>
          <SecondLanguage />
          <SinglePeople choices={choices} offer={offer} />
        </>
      )}
      {meeting.maySpeak && <OwnVoice />}
      {meeting.maySpeak && (offer.likened || choices.likeness) && (
        <PartBoundary>
          <Suspense>
            <LikenessChoice />
          </Suspense>
        </PartBoundary>
      )}
    </section>
  );
}

function SecondLanguage() {
  const { text } = useI18n();
  const { wishes } = useWishes();
  const { choices, setUnderstands } = useHearing();
  const { understands } = choices;
  if (wishes.listen === "off") return null;
  return (
    <LanguageSelect
      label={text("hearing.understands")}
      hint={text("hearing.understandsHint")}
      value={sameLanguage(understands, wishes.listen) ? "" : understands}
      special={[{ value: "", label: text("hearing.understandsNone") }]}
      // What is understood need not be offered: it is not interpreted.
      offered={null}
      without={[wishes.listen]}
      onChange={setUnderstands}
    />
  );
}

/** Those who have a microphone, and those of whom something was chosen. */
function SinglePeople({ choices, offer }: { choices: Choices; offer: Offer }) {
  const { text } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const people = useRemoteParticipants().filter(
    (person) =>
      isPerson(person) &&
      (person.getTrackPublication(Track.Source.Microphone) !== undefined ||
        choices.overrides.has(person.identity) ||
        choices.volumes.has(person.identity)),
  );
  if (!people.length) return null;
  return (
    <div className="single-people">
      <h3>{text("hearing.people")}</h3>
      {people.map(({ identity }) => (
        <PersonSound key={identity} identity={identity} name={nameIn(names, identity)} offer={offer} />
      ))}
    </div>
  );
}

function OwnVoice() {
  const { text } = useI18n();
  const { choices, setVoice } = useHearing();
  return (
    <Select
      label={text("hearing.voice")}
      hint={text("hearing.voiceHint")}
      value={choices.voice}
      choices={[
        { value: "", label: text("hearing.voiceAny") },
        { value: "low", label: text("hearing.voiceLow") },
        { value: "high", label: text("hearing.voiceHigh") },
      ]}
      onChange={setVoice}
    />
  );
}
