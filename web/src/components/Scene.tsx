import { useTracks, type TrackReference } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import { useFullScreen } from "../hooks/useFullScreen";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { usePopOut, type PopOut } from "../hooks/usePopOut";
import { usePreferences } from "../hooks/usePreferences";
import { PartBoundary } from "./PartBoundary";
import { Stage, StageTool, type Shown } from "./Stage";
import { Tiles } from "./Tiles";

/**
 * What is seen of a meeting: everybody in a row, what is looked at large, and the captions beside, below or over it.
 *
 * The row keeps its height whoever comes, goes or starts a camera, so that the captions keep their place.
 */
export function Scene({ captions }: { captions: ReactNode }) {
  const { text } = useI18n();
  const [{ captionPlace }] = usePreferences();
  const popOut = usePopOut(text("captions.label"));
  const [pinned, setPinned] = useState("");
  const tracks = useTracks([Track.Source.ScreenShare, Track.Source.Camera], { onlySubscribed: true });
  const shown = useShown(tracks, pinned);
  const scene = useRef<HTMLDivElement>(null);
  const fullScreen = useFullScreen(scene, shown.length > 0);
  const pin = (key: string): void => setPinned(key === pinned ? "" : key);
  return (
    <div
      className="scene"
      ref={scene}
      data-place={popOut.place ? "popped" : captionPlace}
      data-shown={shown.length > 0}
      data-full={fullScreen.isFull}
    >
      <PartBoundary>
        <div className="scene-top">
          <Tiles
            tracks={tracks}
            grid={shown.length === 0 && (popOut.place !== null || captionPlace === "over")}
            pinned={pinned}
            onPin={pin}
          />
          <PlaceTools popOut={popOut} />
        </div>
        <Stage shown={shown} pinned={pinned} onPin={pin} fullScreen={fullScreen} />
      </PartBoundary>
      <PartBoundary>
        {popOut.place ? (
          <>
            <Popped onClose={popOut.close} />
            {createPortal(
              <main className="popped-captions">
                <h1 className="unseen">{text("captions.label")}</h1>
                {captions}
              </main>,
              popOut.place,
            )}
          </>
        ) : (
          captions
        )}
      </PartBoundary>
    </div>
  );
}

/** What was pinned while it is there, else the screens that others share. */
function useShown(tracks: readonly TrackReference[], pinned: string): readonly Shown[] {
  const { room } = useMeeting();
  const screens = tracks
    .filter(({ source, participant, publication }) => isScreen(source) && !participant.isLocal && !publication.isMuted)
    .map((track) => ({ key: track.publication.trackSid, participant: track.participant, track, isScreen: true }));
  const screen = screens.find(({ key }) => key === pinned);
  if (screen) return [screen];
  const person = pinned === "" ? undefined : room.getParticipantByIdentity(pinned);
  if (!person) return screens;
  const track = tracks.find(
    ({ source, participant, publication }) => !isScreen(source) && participant === person && !publication.isMuted,
  );
  return [{ key: pinned, participant: person, track, isScreen: false }];
}

function isScreen(source: Track.Source): boolean {
  return source === Track.Source.ScreenShare;
}

function PlaceTools({ popOut }: { popOut: PopOut }) {
  const { text } = useI18n();
  const [{ captionPlace }, change] = usePreferences();
  const over = captionPlace === "over";
  return (
    <div className="scene-tools">
      {!popOut.place && (
        <StageTool
          icon="over"
          label={text("stage.over")}
          pressed={over}
          onClick={() => change({ captionPlace: over ? "beside" : "over" })}
        />
      )}
      {popOut.open && (
        <StageTool
          icon="popOut"
          label={text("stage.popOut")}
          pressed={popOut.place !== null}
          onClick={popOut.place ? popOut.close : popOut.open}
        />
      )}
    </div>
  );
}

/** Stands where the captions were. */
function Popped({ onClose }: { onClose: () => void }) {
  const { text } = useI18n();
  return (
    <p className="scene-popped" id="captions">
      <span>{text("stage.popped")}</span>
      <button type="button" className="button" onClick={onClose}>
        {text("stage.popBack")}
      </button>
    </p>
  );
}
