import { VideoTrack, type TrackReference } from "@livekit/components-react";
import type { Participant } from "livekit-client";
import type { FullScreen } from "../hooks/useFullScreen";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { nameIn } from "../logic/names";
import { Icon, type IconName } from "./Icon";
import { Picture } from "./Tile";
import { toneOf } from "./tone";

/** Something that is looked at large: a shared screen, or somebody who was pinned. */
export interface Shown {
  /** What it is pinned by: the track of a screen, the identity of a person. */
  readonly key: string;
  readonly participant: Participant;
  readonly track: TrackReference | undefined;
  readonly isScreen: boolean;
}

interface StageProps {
  readonly shown: readonly Shown[];
  readonly pinned: string;
  readonly onPin: (key: string) => void;
  readonly fullScreen: FullScreen;
}

/** The screens that others share, or the one screen or person that was pinned; nothing where there is neither. */
export function Stage({ shown, pinned, onPin, fullScreen }: StageProps) {
  if (!shown.length) return null;
  return (
    <div className="stage" data-screens={shown.filter(({ isScreen }) => isScreen).length}>
      {shown.map((one) => (
        <Figure key={one.key} one={one} pinned={one.key === pinned} onPin={onPin} fullScreen={fullScreen} />
      ))}
    </div>
  );
}

interface FigureProps {
  readonly one: Shown;
  readonly pinned: boolean;
  readonly onPin: (key: string) => void;
  readonly fullScreen: FullScreen;
}

function Figure({ one, pinned, onPin, fullScreen }: FigureProps) {
  const { text } = useI18n();
  const { participant, track, isScreen } = one;
  const name = nameIn(useStore(useMeeting().directory.names), participant.identity);
  const caption = isScreen ? text("room.sharedBy", { name }) : name;
  return (
    <figure className={isScreen ? "stage-screen" : `stage-person ${toneOf(participant.identity)}`}>
      {isScreen && track ? (
        <VideoTrack trackRef={track} aria-label={caption} />
      ) : (
        <Picture name={name} camera={track} />
      )}
      <figcaption dir="auto">{caption}</figcaption>
      <div className="stage-tools">
        <StageTool
          icon="pin"
          label={text(pinned ? "stage.unpin" : "stage.pin", { name: caption })}
          pressed={pinned}
          onClick={() => onPin(one.key)}
        />
        {fullScreen.toggle && (
          <StageTool
            icon="full"
            label={text(fullScreen.isFull ? "stage.leaveFull" : "stage.full")}
            onClick={fullScreen.toggle}
          />
        )}
      </div>
    </figure>
  );
}

interface StageToolProps {
  readonly icon: IconName;
  readonly label: string;
  readonly pressed?: boolean;
  readonly onClick: () => void;
}

export function StageTool({ icon, label, pressed, onClick }: StageToolProps) {
  return (
    <button
      type="button"
      className="stage-tool"
      aria-pressed={pressed}
      aria-label={label}
      title={label}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}
