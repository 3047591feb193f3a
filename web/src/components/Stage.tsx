import { useTracks, VideoTrack, type TrackReference } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useI18n } from "../hooks/useI18n";
import { useMeeting } from "../hooks/useMeeting";
import { useStore } from "../hooks/useStore";
import { nameIn } from "../logic/names";
import { HandMark } from "./Signs";

/** Screens and cameras that others show; nothing where nobody does. */
export function Stage() {
  const { text } = useI18n();
  const names = useStore(useMeeting().directory.names);
  const tracks = useTracks([Track.Source.ScreenShare, Track.Source.Camera], { onlySubscribed: true }).filter(
    (track): track is TrackReference => !track.participant.isLocal && !track.publication.isMuted,
  );
  if (!tracks.length) return null;
  const screens = tracks.filter(({ source }) => source === Track.Source.ScreenShare);
  const cameras = tracks.filter(({ source }) => source === Track.Source.Camera);
  const nameOf = ({ participant }: TrackReference): string => nameIn(names, participant.identity);
  return (
    <div className="stage" data-screens={screens.length}>
      {screens.map((track) => (
        <figure key={track.publication.trackSid} className="stage-screen">
          <VideoTrack trackRef={track} aria-label={text("room.sharedBy", { name: nameOf(track) })} />
          <figcaption>{text("room.sharedBy", { name: nameOf(track) })}</figcaption>
        </figure>
      ))}
      {cameras.length > 0 && (
        <div className="stage-cameras">
          {cameras.map((track) => (
            <figure key={track.publication.trackSid}>
              <VideoTrack trackRef={track} aria-label={text("room.cameraOf", { name: nameOf(track) })} />
              <figcaption dir="auto">
                {nameOf(track)} <HandMark identity={track.participant.identity} />
              </figcaption>
            </figure>
          ))}
        </div>
      )}
    </div>
  );
}
