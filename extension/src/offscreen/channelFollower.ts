import { RoomEvent, Track, type Room } from "livekit-client";
import { isWantedChannel, type Interpreter } from "@hive/logic/interpreter";
import { Store, type Readable } from "@hive/logic/store";

/**
 * Receives the track on which the interpreter speaks a language, for as long as there is one, and nothing else.
 *
 * Of the interpreter's tracks only those of an agent count: no token of a guest makes one.
 */
export class ChannelFollower {
  readonly track = new Store<MediaStreamTrack | null>(null);

  /** `language` is a code, or "off". */
  constructor(
    private readonly room: Room,
    private readonly language: () => string,
    private readonly interpreter: Readable<Interpreter>,
  ) {
    const review = (): void => this.review();
    room
      .on(RoomEvent.Connected, review)
      .on(RoomEvent.Reconnected, review)
      .on(RoomEvent.ParticipantConnected, review)
      .on(RoomEvent.ParticipantDisconnected, review)
      .on(RoomEvent.TrackPublished, review)
      .on(RoomEvent.TrackUnpublished, review)
      .on(RoomEvent.TrackSubscribed, review)
      .on(RoomEvent.TrackUnsubscribed, review)
      .on(RoomEvent.TrackSubscriptionPermissionChanged, review)
      .on(RoomEvent.Disconnected, review);
    interpreter.subscribe(review);
  }

  /** May be called at any moment and any number of times. */
  review(): void {
    const interpreter = this.interpreter.get();
    const offered = interpreter.present ? interpreter.languages : [];
    let heard: MediaStreamTrack | null = null;
    for (const participant of this.room.remoteParticipants.values()) {
      for (const publication of participant.trackPublications.values()) {
        const wanted =
          participant.isAgent &&
          publication.kind === Track.Kind.Audio &&
          isWantedChannel(publication.trackName, this.language(), offered);
        if (publication.isDesired !== wanted) publication.setSubscribed(wanted);
        if (wanted && publication.track) heard = publication.track.mediaStreamTrack;
      }
    }
    this.track.set(heard);
  }
}
