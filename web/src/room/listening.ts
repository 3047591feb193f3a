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
import {
  chosenFor,
  heardAs,
  hearerOf,
  languagesHeard,
  ORIGINAL,
  volumeOf,
  type Hearer,
  type HearingChoices,
} from "../logic/hearing";
import { channelFor, isWantedChannel, languageOfTrack, type Interpreter } from "../logic/interpreter";
import { screenOf, screenOwner } from "../logic/names";
import type { Readable } from "../logic/store";
import { spokenBy, type Wishes } from "../logic/wishes";
import type { Mixer } from "./mixer";

export interface ListeningInputs {
  readonly wishes: Readable<Wishes>;
  readonly choices: Readable<HearingChoices>;
  /** By language of the channel: whose words sound on it. */
  readonly speakers: Readable<ReadonlyMap<string, string>>;
  readonly interpreter: Readable<Interpreter>;
  readonly passages: Readable<Passages>;
  /** False for those who only read: nothing is received that they would not hear. */
  readonly hears: boolean;
}

/**
 * Decides which tracks this listener receives and plays: everybody's own voice, and of the interpreter's
 * channels those in a language that they hear somebody in. A channel is heard while the words of such a person sound.
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
    const { wishes, choices, speakers, interpreter, passages } = inputs;
    this.stops = [
      wishes.subscribe(review),
      choices.subscribe(review),
      interpreter.subscribe(review),
      speakers.subscribe(() => this.adjust()),
      passages.subscribe(() => this.adjust()),
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
    this.adjust();
  }

  private wants(participant: RemoteParticipant, publication: RemoteTrackPublication): boolean {
    if (participant.kind === ParticipantKind.EGRESS) return false;
    if (publication.kind === Track.Kind.Audio && !this.inputs.hears) return false;
    if (this.isBooth(participant, publication)) return this.hearsBooth(participant);
    if (!participant.isAgent) return true;
    return (
      publication.kind === Track.Kind.Audio &&
      languagesHeard(this.hearer()).some((language) => this.isChannelOf(publication, language))
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
    if (playing?.trackId === track.id && playing.translation === translation) return;
    if (translation) this.mixer.addTranslation(key, track);
    else this.mixer.addOriginal(key, track, this.understands(participant, publication));
    this.playing.set(key, { trackId: track.id, translation });
  }

  private stopPlaying(key: string): void {
    this.mixer.remove(key);
    this.playing.delete(key);
  }

  /**
   * Brings what is played in line with who is heard how.
   *
   * Words may show that somebody speaks a language that the listener understands, or no longer does.
   */
  private adjust(): void {
    const choices = this.inputs.choices.get();
    for (const { participant, publication } of this.publications()) {
      const playing = this.playing.get(publication.trackSid);
      if (!playing) continue;
      if (!playing.translation)
        this.mixer.setUnderstood(publication.trackSid, this.understands(participant, publication));
      this.mixer.setVolume(
        publication.trackSid,
        participant.isAgent ? this.channelVolume(publication) : volumeOf(choices, participant.identity),
      );
    }
  }

  /** How loud a channel is just now: as loud as the person whose words sound, if they are to be heard there at all. */
  private channelVolume(publication: RemoteTrackPublication): number {
    const hearer = this.hearer();
    const speaker = this.inputs.speakers.get().get(languageOfTrack(publication.trackName) ?? "");
    // An interpreter that does not say whose words they are is heard in the language chosen for everybody.
    if (speaker === undefined) return this.isChannelOf(publication, hearer.listen) ? 1 : 0;
    if (speaker === this.room.localParticipant.identity) return 0;
    // Who is heard in the same language as they speak now may have spoken another one in what is still to be heard.
    const chosen = chosenFor(hearer, speaker, this.spokenBy(speaker));
    const heard = chosen !== ORIGINAL && this.isChannelOf(publication, chosen);
    return heard ? volumeOf(this.inputs.choices.get(), speaker) : 0;
  }

  private isChannelOf(publication: RemoteTrackPublication, language: string): boolean {
    const interpreter = this.inputs.interpreter.get();
    const offered = interpreter.present ? interpreter.languages : [];
    return isWantedChannel(publication.trackName, language, offered);
  }

  private understands({ identity }: RemoteParticipant, { source }: RemoteTrackPublication): boolean {
    const speaker = source === Track.Source.ScreenShareAudio ? screenOf(identity) : identity;
    return heardAs(this.hearer(), speaker, this.spokenBy(speaker)) === null;
  }

  private hearer(): Hearer {
    return hearerOf(this.inputs.wishes.get().listen, this.inputs.choices.get());
  }

  /** What somebody, or their screen, speaks, as far as they or their words tell; "" where nothing does. */
  private spokenBy(speaker: string): string {
    const owner = screenOwner(speaker);
    const attributes = this.room.remoteParticipants.get(owner ?? speaker)?.attributes ?? {};
    const stated = owner === null ? spokenBy(attributes) : (attributes["translator.screen"] ?? "");
    const said = this.inputs.passages.get().lastBy(speaker);
    return stated !== "" && stated !== "auto" ? stated : (said?.sourceLanguage ?? "");
  }
}
