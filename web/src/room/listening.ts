import {
  ParticipantKind,
  RoomEvent,
  Track,
  type RemoteParticipant,
  type RemoteTrackPublication,
  type Room,
} from "livekit-client";
import { interpretedBy, interpreterInto, NO_BOOTHS, type Booths } from "../logic/booths";
import type { Passages } from "../logic/captionLog";
import { channelFor, isWantedChannel, type Interpreter } from "../logic/interpreter";
import { sameLanguage } from "../logic/languages";
import { screenOf } from "../logic/names";
import type { Readable } from "../logic/store";
import { spokenBy, type Wishes } from "../logic/wishes";
import type { Mixer } from "./mixer";

export interface ListeningInputs {
  readonly wishes: Readable<Wishes>;
  readonly interpreter: Readable<Interpreter>;
  readonly passages: Readable<Passages>;
  /** False for those who only read: nothing is received that they would not hear. */
  readonly hears: boolean;
}

/**
 * Decides which tracks this listener receives and plays: everybody's own voice, and of the interpreter's
 * channels only the one in the language listened to.
 *
 * `review` may be called at any moment and any number of times; it brings subscriptions and mixer in line.
 */
export class Listening {
  /** Track ids in the mixer; a track that comes back after a reconnect has another one. */
  private readonly playing = new Map<string, { trackId: string; translation: boolean }>();
  private readonly stops: (() => void)[];

  constructor(
    private readonly room: Room,
    private readonly mixer: Mixer,
    private readonly inputs: ListeningInputs,
  ) {
    const review = (): void => this.review();
    room
      .on(RoomEvent.Connected, review)
      .on(RoomEvent.Reconnected, review)
      .on(RoomEvent.ParticipantConnected, review)
      .on(RoomEvent.ParticipantDisconnected, review)
      .on(RoomEvent.ParticipantAttributesChanged, review)
      .on(RoomEvent.TrackPublished, review)
      .on(RoomEvent.TrackUnpublished, review)
      .on(RoomEvent.TrackSubscribed, review)
      .on(RoomEvent.TrackUnsubscribed, review)
      .on(RoomEvent.TrackSubscriptionPermissionChanged, review)
      .on(RoomEvent.Disconnected, review);
    const { wishes, interpreter, passages } = inputs;
    this.stops = [
      wishes.subscribe(review),
      interpreter.subscribe(review),
      passages.subscribe(() => this.reviewUnderstanding()),
    ];
  }

  close(): void {
    for (const stop of this.stops) stop();
    for (const key of [...this.playing.keys()]) this.stopPlaying(key);
  }

  /** The publications that are played now, for statistics. */
  heard(): RemoteTrackPublication[] {
    return this.publications()
      .map(({ publication }) => publication)
      .filter((publication) => this.playing.has(publication.trackSid));
  }

  private publications(): { participant: RemoteParticipant; publication: RemoteTrackPublication }[] {
    return [...this.room.remoteParticipants.values()].flatMap((participant) =>
      [...participant.trackPublications.values()].map((publication) => ({ participant, publication })),
    );
  }

  private review(): void {
    const present = new Set<string>();
    for (const { participant, publication } of this.publications()) {
      const wanted = this.wants(participant, publication);
      if (publication.isDesired !== wanted) publication.setSubscribed(wanted);
      if (publication.kind !== Track.Kind.Audio || !wanted || !publication.track) continue;
      present.add(publication.trackSid);
      this.play(participant, publication, publication.track.mediaStreamTrack);
    }
    for (const key of [...this.playing.keys()]) if (!present.has(key)) this.stopPlaying(key);
  }

  private wants(participant: RemoteParticipant, publication: RemoteTrackPublication): boolean {
    if (participant.kind === ParticipantKind.EGRESS) return false;
    if (publication.kind === Track.Kind.Audio && !this.inputs.hears) return false;
    if (this.isBooth(participant, publication)) return this.hearsBooth(participant);
    if (!participant.isAgent) return true;
    const interpreter = this.inputs.interpreter.get();
    const offered = interpreter.present ? interpreter.languages : [];
    return (
      publication.kind === Track.Kind.Audio &&
      isWantedChannel(publication.trackName, this.inputs.wishes.get().listen, offered)
    );
  }

  private booths(): Booths {
    const interpreter = this.inputs.interpreter.get();
    return interpreter.present ? interpreter.booths : NO_BOOTHS;
  }

  /** Whether a track is the voice of somebody who interprets in the machine's place: no speaker, but a channel. */
  private isBooth(participant: RemoteParticipant, publication: RemoteTrackPublication): boolean {
    return publication.source === Track.Source.Microphone && interpretedBy(this.booths(), participant.identity) !== "";
  }

  private hearsBooth(participant: RemoteParticipant): boolean {
    const { listen } = this.inputs.wishes.get();
    const muted = channelFor(this.inputs.interpreter.get(), listen)?.state === "muted";
    return listen !== "off" && !muted && interpreterInto(this.booths(), listen) === participant.identity;
  }

  private play(participant: RemoteParticipant, publication: RemoteTrackPublication, track: MediaStreamTrack): void {
    const key = publication.trackSid;
    const translation = participant.isAgent || this.isBooth(participant, publication);
    const playing = this.playing.get(key);
    if (playing?.trackId === track.id && playing.translation === translation) {
      this.mixer.setUnderstood(key, this.understands(participant, publication));
      return;
    }
    if (translation) this.mixer.addTranslation(key, track);
    else this.mixer.addOriginal(key, track, this.understands(participant, publication));
    this.playing.set(key, { trackId: track.id, translation });
  }

  private stopPlaying(key: string): void {
    this.mixer.remove(key);
    this.playing.delete(key);
  }

  /** Words may show that somebody speaks the listener's language, or no longer does. */
  private reviewUnderstanding(): void {
    for (const { participant, publication } of this.publications()) {
      if (this.playing.get(publication.trackSid)?.translation === false) {
        this.mixer.setUnderstood(publication.trackSid, this.understands(participant, publication));
      }
    }
  }

  private understands(participant: RemoteParticipant, publication: RemoteTrackPublication): boolean {
    const { listen } = this.inputs.wishes.get();
    const isScreen = publication.source === Track.Source.ScreenShareAudio;
    const speaker = isScreen ? screenOf(participant.identity) : participant.identity;
    const stated = isScreen ? (participant.attributes["translator.screen"] ?? "") : spokenBy(participant.attributes);
    const said = this.inputs.passages.get().lastBy(speaker);
    const spoken = stated !== "" && stated !== "auto" ? stated : (said?.sourceLanguage ?? "");
    return sameLanguage(spoken, listen);
  }
}
