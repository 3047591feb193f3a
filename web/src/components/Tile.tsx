import { useIsMuted, useIsSpeaking, VideoTrack, type TrackReference } from "@livekit/components-react";
import { Track, type Participant } from "livekit-client";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { useTileTexts } from "../hooks/useTileTexts";
import { nameIn } from "../logic/names";
import { Icon } from "./Icon";
import { LikenessMark } from "./LikenessStatus";
import { HandMark } from "./Signs";
import { initialsOf, toneOf } from "./tone";

interface TileProps {
  readonly person: Participant;
  readonly camera: TrackReference | undefined;
  readonly pinned: boolean;
  readonly onPin: (identity: string) => void;
}

/** One person: their camera or initials, what they speak and hear, and whether they speak or are still listened to. */
export function Tile({ person, camera, pinned, onPin }: TileProps) {
  const { text } = useI18n();
  const { directory } = useMeeting();
  const name = nameIn(useStore(directory.names), person.identity);
  const speaking = useIsSpeaking(person);
  const waiting = useWaiting(person);
  const { tag, words } = useTileTexts(person);
  const label = text(pinned ? "stage.unpin" : "stage.pin", { name });
  return (
    <li
      className={`tile ${toneOf(person.identity)}`}
      data-identity={person.identity}
      data-local={person.isLocal}
      data-speaking={speaking}
      data-waiting={waiting}
      data-camera={camera !== undefined}
    >
      <Picture name={name} camera={camera} />
      {tag && (
        <span className="tile-tag" title={words} role="img" aria-label={words}>
          <bdi dir="ltr">{tag}</bdi>
        </span>
      )}
      <span className="tile-signs">
        <HandMark identity={person.identity} />
        <LikenessMark identity={person.identity} />
        <WaitSign waiting={waiting} />
        <MutedSign person={person} />
      </span>
      <span className="tile-name">
        <bdi dir="auto">{name}</bdi>
        {person.isLocal && <span className="tile-you">{text("people.you")}</span>}
      </span>
      <button
        type="button"
        className="tile-pin"
        aria-pressed={pinned}
        aria-label={label}
        title={label}
        onClick={() => onPin(person.identity)}
      >
        <Icon name="pin" />
      </button>
    </li>
  );
}

/** Somebody's camera, one's own as in a mirror, or the letters that stand for their name. */
export function Picture({ name, camera }: { name: string; camera: TrackReference | undefined }) {
  const { text } = useI18n();
  if (camera)
    return (
      <VideoTrack
        trackRef={camera}
        data-mirrored={camera.participant.isLocal && !facesAway(camera)}
        aria-label={text("room.cameraOf", { name })}
      />
    );
  return (
    <span className="tile-letters" aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

/** The camera at the back of a phone shows what its owner sees themselves. */
function facesAway({ publication }: TrackReference): boolean {
  return publication.track?.mediaStreamTrack.getSettings().facingMode === "environment";
}

function useWaiting({ identity, isLocal }: Participant): number {
  const meeting = useMeeting();
  const own = useStore(meeting.waiting);
  const others = useStore(meeting.waitRings.waiting);
  return isLocal ? own : (others.get(identity) ?? 0);
}

function WaitSign({ waiting }: { waiting: number }) {
  const { count, number } = useI18n();
  if (waiting === 0) return null;
  const words = count("wait.listening", waiting);
  return (
    <span className="tile-wait" role="img" aria-label={words} title={words}>
      <Icon name="ear" />
      {number(waiting)}
    </span>
  );
}

function MutedSign({ person }: { person: Participant }) {
  const { text } = useI18n();
  const muted = useIsMuted({ participant: person, source: Track.Source.Microphone });
  if (!muted || !person.getTrackPublication(Track.Source.Microphone)) return null;
  return (
    <span className="tile-muted" role="img" aria-label={text("people.silent")}>
      <Icon name="micOff" />
    </span>
  );
}
