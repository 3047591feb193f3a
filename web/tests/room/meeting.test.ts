// @vitest-environment jsdom
import { RoomEvent, type Participant, type TrackPublication } from "livekit-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Api, type Admission } from "../../src/logic/api";
import { Meeting } from "../../src/room/meeting";
import { keepWords, keptWords } from "../../src/room/wordShelf";
import { FakeAudio } from "../fakes/audio";
import { FakeMediaRecorder } from "../fakes/recording";

const WISHES = { speak: "", listen: "off", read: { mode: "off", language: "en" }, push: "always" } as const;

function meetingOf(recordingAllowed: boolean, role: Admission["role"] = "listener"): Meeting {
  const admission = { role, room: "board", recording_allowed: recordingAllowed } as Admission;
  const context = Object.assign(new FakeAudio(), { createMediaStreamDestination: () => ({ stream: {} }) });
  return new Meeting(admission, new Api(), context as unknown as AudioContext, {
    wishes: WISHES,
    balance: 0.9,
    microphone: { device: "desk", on: false },
    sound: { processing: { echoCancellation: true, noise: "standard", autoGain: true }, noticeMuted: false },
    speaker: "",
    relayOnly: false,
  });
}

let meeting: Meeting;

beforeEach(() => {
  vi.stubGlobal("MediaRecorder", FakeMediaRecorder);
  FakeMediaRecorder.made = [];
});
afterEach(() => meeting.end());

it("begins with what this tab received before, and keeps what it has at its end", async () => {
  const texts = [
    { language: "en", translated: false, committed: "Hello.", tentative: "", final: true, note: "", doubt: "" },
  ];
  const passage = {
    key: "k:ana/1",
    epoch: "k",
    segment: "ana/1",
    speaker: "ana",
    sourceLanguage: "en",
    startMs: 0,
    endMs: 1,
    firstSeenMs: 2,
    history: false,
    texts,
  };
  keepWords("board", { passages: { all: [passage] }, names: new Map([["ana", "Ana"]]) });
  meeting = meetingOf(true);
  expect(meeting.passages.get().all).toEqual([passage]);
  expect(meeting.directory.nameOf("ana")).toBe("Ana");
  window.sessionStorage.clear();
  await meeting.end();

  expect(keptWords("board").passages.all).toEqual([passage]);
  window.sessionStorage.clear();
});

it("knows what is wanted of the microphone, whether or not it works", async () => {
  meeting = meetingOf(true);
  await meeting.setMicrophone(true);
  expect(meeting.capture.get()).toEqual({ device: "desk", on: true });
  await meeting.setMicrophone(false);

  expect(meeting.capture.get()).toEqual({ device: "desk", on: false });
});

it("records nothing where the service forbids it", () => {
  meeting = meetingOf(false);
  meeting.recorder.start();

  expect(meeting.recorder.state.get()).toEqual({ state: "idle" });
});

it("ends its recording when the room forbids it, and shows that it records until then", () => {
  meeting = meetingOf(true);
  meeting.recorder.start();
  FakeMediaRecorder.made[0]?.hears("until then");
  expect(meeting.recording.get()).toEqual([meeting.room.localParticipant.identity]);
  vi.spyOn(meeting.room, "metadata", "get").mockReturnValue('{"recording": false}');
  meeting.room.emit(RoomEvent.RoomMetadataChanged, '{"recording": false}');

  expect(meeting.recorder.state.get().state).toBe("ready");
  expect(meeting.recording.get()).toEqual([]);
});

it("knows that its microphone failed until it works, whoever else mutes theirs", async () => {
  meeting = meetingOf(true, "speaker");
  vi.spyOn(meeting.room.localParticipant, "setMicrophoneEnabled").mockRejectedValue(
    Object.assign(new Error("refused"), { name: "NotAllowedError" }),
  );
  await meeting.setMicrophone(true);
  meeting.room.emit(RoomEvent.TrackMuted, {} as TrackPublication, { isLocal: false } as Participant);
  expect(meeting.microphone.get()).toEqual({ state: "failed", problem: "denied" });

  vi.spyOn(meeting.room, "switchActiveDevice").mockRejectedValue(
    Object.assign(new Error("gone"), { name: "NotFoundError" }),
  );
  await meeting.switchMicrophone("gone");
  expect(meeting.microphone.get()).toEqual({ state: "failed", problem: "missing" });
});
