import { useParticipants, VideoTrack, type TrackReference } from "@livekit/components-react";
import { Track, type Participant } from "livekit-client";
import { useEffect, useRef, useState, type RefObject } from "react";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { isScreen } from "../logic/names";
import { gridWidth, inSight, seated, type Room } from "../logic/tiles";
import { isPerson } from "../room/directory";
import { Icon } from "./Icon";
import { Tile } from "./Tile";

interface TilesProps {
  readonly tracks: readonly TrackReference[];
  /** Whether they fill the stage, rather than stand in a row. */
  readonly grid: boolean;
  readonly pinned: string;
  readonly onPin: (identity: string) => void;
}

/** Everybody who is here, oneself first; interpreters, recorders and screens of captions are nobody. */
export function Tiles({ tracks, grid, pinned, onPin }: TilesProps) {
  const { text } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const people = useParticipants().filter((one) => isPerson(one) && !isScreen(one.identity, names));
  const list = useRef<HTMLUListElement>(null);
  const room = useRoomFor(list);
  const width = grid ? gridWidth(people.length, room) : 0;
  const order = useSeats(people, grid ? inSight({ width, height: (width * 9) / 16 }, room) : placesInRow(room));
  const cameras = new Map(
    tracks
      .filter(({ source, publication }) => source === Track.Source.Camera && !publication.isMuted)
      .map((track) => [track.participant.identity, track]),
  );
  const share = tracks.find(({ source, participant }) => source === Track.Source.ScreenShare && participant.isLocal);
  return (
    <ul
      className="tiles"
      aria-label={text("room.people")}
      ref={list}
      data-grid={grid}
      style={grid ? ({ "--tile-width": `${width}px` } as React.CSSProperties) : undefined}
    >
      {order.map((person) => (
        <Tile
          key={person.identity}
          person={person}
          camera={cameras.get(person.identity)}
          pinned={person.identity === pinned}
          onPin={onPin}
        />
      ))}
      {share && <OwnShare track={share} />}
    </ul>
  );
}

/** What the others see of one's own screen, with the way to end it. */
function OwnShare({ track }: { track: TrackReference }) {
  const { text } = useI18n();
  const { localParticipant } = useMeeting().room;
  const stop = (): void => void localParticipant.setScreenShareEnabled(false);
  return (
    <li className="tile tile-share">
      <VideoTrack trackRef={track} aria-label={text("stage.sharing")} />
      <span className="tile-name">{text("stage.sharing")}</span>
      <button
        type="button"
        className="tile-stop"
        aria-label={text("room.unshare")}
        title={text("room.unshare")}
        onClick={stop}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

/** The people in the order of their tiles. */
function useSeats(people: readonly Participant[], places: number): readonly Participant[] {
  const [before, setBefore] = useState<readonly string[]>([]);
  const [own, ...others] = people;
  const arrived = (one: Participant): number => one.joinedAt?.getTime() ?? 0;
  const sorted = [...(own ? [own] : []), ...others.toSorted((a, b) => arrived(a) - arrived(b))];
  const order = seated(
    sorted.map((one) => ({
      id: one.identity,
      speaking: one.isSpeaking,
      spokeAtMs: one.lastSpokeAt?.getTime() ?? 0,
    })),
    before,
    places,
  );
  if (order.length !== before.length || order.some((id, at) => id !== before[at])) setBefore(order);
  const byId = new Map(people.map((one) => [one.identity, one]));
  return order.flatMap((id) => byId.get(id) ?? []);
}

const NO_ROOM: Room = { width: 0, height: 0, gap: 0 };

function useRoomFor(list: RefObject<HTMLElement | null>): Room {
  const [room, setRoom] = useState(NO_ROOM);
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      const { width, height } = entry?.contentRect ?? NO_ROOM;
      setRoom({ width, height, gap: parseFloat(getComputedStyle(element).columnGap) || 0 });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [list]);
  return room;
}

/** Width by height, as in styles/stage.css. */
const ROW_RATIO = 4 / 3;

/** In a row, or in a column on a phone that lies on its side. */
function placesInRow(room: Room): number {
  const height = Math.min(room.height, room.width / ROW_RATIO);
  return inSight({ width: height * ROW_RATIO, height }, room);
}
