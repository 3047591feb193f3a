import { useConnectionQualityIndicator, useIsMuted, useIsSpeaking, useParticipants } from "@livekit/components-react";
import { ConnectionQuality, Track, type Participant } from "livekit-client";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useOrganisers, type Organisers } from "../hooks/useOrganisers";
import { useStore } from "../hooks/useStore";
import type { Organising } from "../logic/api";
import { audienceOf } from "../logic/audience";
import type { TextKey } from "../logic/i18n";
import { nameWithin } from "../logic/languages";
import { isOrganiser, isScreen, nameIn } from "../logic/names";
import type { Offer } from "../logic/offer";
import { isUnheard } from "../logic/understanding";
import { heardBy, spokenBy } from "../logic/wishes";
import { isPerson } from "../room/directory";
import { Icon } from "./Icon";
import { LikenessFact } from "./LikenessStatus";
import { MuteOthers } from "./MuteOthers";
import { PersonActions } from "./PersonActions";
import { PersonSound } from "./PersonSound";
import { RecordingMark } from "./RecordingStatus";
import { LowerHand } from "./LowerHand";
import { initialsOf, toneOf } from "./tone";

interface PeoplePanelProps {
  readonly organising: Organising | null;
  readonly offer: Offer;
}

export function PeoplePanel({ organising, offer }: PeoplePanelProps) {
  const { count } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const everybody = useParticipants().filter(isPerson);
  const people = everybody.filter(({ identity }) => !isScreen(identity, names));
  const screens = everybody.length - people.length;
  const organisers = useOrganisers(organising);
  return (
    <>
      <InterpreterCard />
      <h3>{count("people.here", people.length)}</h3>
      {organising && people.some(({ isLocal }) => !isLocal) && <MuteOthers organising={organising} />}
      <ul className="people">
        {people.map((person) => (
          <Person key={person.identity} person={person} organising={organising} organisers={organisers} offer={offer} />
        ))}
      </ul>
      {screens > 0 && (
        <p className="hint" data-screens={screens}>
          {count("people.screens", screens)}
        </p>
      )}
      <AudienceOfMine people={people} />
    </>
  );
}

const QUALITY_TEXTS: Readonly<Record<ConnectionQuality, TextKey>> = {
  [ConnectionQuality.Excellent]: "people.qualityExcellent",
  [ConnectionQuality.Good]: "people.qualityGood",
  [ConnectionQuality.Poor]: "people.qualityPoor",
  [ConnectionQuality.Lost]: "people.qualityLost",
  [ConnectionQuality.Unknown]: "people.qualityUnknown",
};

export function QualityBars({ person }: { person: Participant }) {
  const { text } = useI18n();
  const { quality } = useConnectionQualityIndicator({ participant: person });
  const label = text("people.quality", { quality: text(QUALITY_TEXTS[quality]) });
  return (
    <span className="quality" data-quality={quality} role="img" aria-label={label} title={label}>
      <i />
      <i />
      <i />
    </span>
  );
}

interface PersonProps {
  readonly person: Participant;
  readonly organising: Organising | null;
  readonly organisers: Organisers | null;
  readonly offer: Offer;
}

function Person({ person, organising, organisers, offer }: PersonProps) {
  const { text, language: locale } = useI18n();
  const speaking = useIsSpeaking(person);
  const muted = useIsMuted({ participant: person, source: Track.Source.Microphone });
  const publishes = person.getTrackPublication(Track.Source.Microphone) !== undefined;
  const spoken = spokenBy(person.attributes);
  const heard = heardBy(person.attributes);
  const meeting = useMeeting();
  const name = nameIn(useStore(meeting.directory.names), person.identity);
  const unheard = isUnheard(useStore(meeting.interpreter), person.identity, spoken);
  const organises = organisers?.has(person.identity) ?? isOrganiser(person.identity);
  const facts = [
    organises ? text("people.organiser") : "",
    publishes && spoken && spoken !== "auto" ? text("people.speaks", { language: nameWithin(spoken, locale) }) : "",
    heard !== "off" ? text("people.hears", { language: nameWithin(heard, locale) }) : "",
  ].filter(Boolean);

  return (
    <li className={`person ${toneOf(person.identity)}`} data-speaking={speaking} data-identity={person.identity}>
      <span className="avatar" aria-hidden="true">
        {initialsOf(name)}
      </span>
      <span className="person-words">
        <span className="person-name">
          <bdi dir="auto">{name}</bdi>
          {person.isLocal && <span className="you">{text("people.you")}</span>}
          {speaking && <span className="unseen">{text("people.speaking")}</span>}
        </span>
        {facts.length > 0 && <span className="person-facts">{facts.join(" · ")}</span>}
        <LikenessFact identity={person.identity} />
        {publishes && unheard && <span className="person-unheard">{text("people.unheard")}</span>}
      </span>
      {publishes && muted && (
        <span className="person-muted" role="img" aria-label={text("people.silent")}>
          <Icon name="micOff" />
        </span>
      )}
      <LowerHand identity={person.identity} name={name} organising={organising} />
      <RecordingMark identity={person.identity} />
      <QualityBars person={person} />
      {!person.isLocal && (
        <PersonActions
          identity={person.identity}
          name={name}
          open={publishes && !muted}
          organising={organising}
          organisers={organisers}
        >
          {meeting.admission.role !== "reader" && publishes && (
            <PersonSound identity={person.identity} name={name} offer={offer} />
          )}
        </PersonActions>
      )}
    </li>
  );
}

function InterpreterCard() {
  const { text } = useI18n();
  const interpreter = useStore(useMeeting().interpreter);
  const states = {
    initializing: "people.interpreterInitializing",
    listening: "people.interpreterListening",
    speaking: "people.interpreterSpeaking",
  } as const;
  return (
    <div
      className="interpreter-card"
      data-present={interpreter.present}
      data-state={interpreter.present ? interpreter.state : "absent"}
    >
      <span className="avatar" aria-hidden="true">
        <Icon name="interpreter" />
      </span>
      <span className="person-words">
        <span className="person-name">{text("people.interpreter")}</span>
        <span className="person-facts">
          {text(interpreter.present ? states[interpreter.state] : "people.interpreterAbsent")}
        </span>
      </span>
    </div>
  );
}

/** Who follows this speaker in another language, as far as the interpreter hears them and serves the others. */
function AudienceOfMine({ people }: { people: readonly Participant[] }) {
  const { text, count, language: locale } = useI18n();
  const meeting = useMeeting();
  const { speak, push } = useStore(meeting.wishSender.wishes);
  const interpreter = useStore(meeting.interpreter);
  const microphone = useStore(meeting.microphone);
  const passages = useStore(meeting.passages);
  const names = useStore(meeting.directory.names);
  if (!meeting.maySpeak) return null;

  const me = meeting.room.localParticipant.identity;
  const said = passages.lastBy(me);
  const spoken = speak === "auto" ? (said?.sourceLanguage ?? "") : speak;
  const others = people
    .filter((person) => !person.isLocal)
    .map(({ identity, attributes }) => ({ identity, name: nameIn(names, identity), attributes }));
  const heard = microphone.state === "on" && push !== "released" && !isUnheard(interpreter, me, spoken);
  const audience = heard ? audienceOf({ identity: me, spoken }, others, interpreter) : [];
  return (
    <div className="audience" data-audience={audience.length}>
      <h3>{audience.length ? count("people.audience", audience.length) : text("people.audienceNone")}</h3>
      <ul>
        {audience.map((one) => (
          <li key={one.identity}>
            <bdi>{one.name}</bdi>{" "}
            <span>
              {text(one.how === "hears" ? "people.audienceHears" : "people.audienceReads", {
                language: nameWithin(one.language, locale),
              })}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}
