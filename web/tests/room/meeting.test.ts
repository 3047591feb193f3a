// @vitest-environment jsdom
import { RoomEvent, type Participant, type TrackPublication } from "livekit-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Api, type Admission } from "../../src/logic/api";
import { Meeting } from "../../src/room/meeting";
import { FakeAudio } from "../fakes/audio";
import { FakeMediaRecorder } from "../fakes/recording";

const WISHES = { speak: "", listen: "off", read: { mode: "off", language: "en" }, push: "always" } as const;

function meetingOf(recordingAllowed: boolean, role: Admission["role"] = "listener"): Meeting {
  const admission = { role, recording_allowed: recordingAllowed } as Admission;
  const context = Object.assign(new FakeAudio(), { createMediaStreamDestination: () => ({ stream: {} }) });
  return new Meeting(admission, new Api(), context as unknown as AudioContext, {
    wishes: WISHES,
    balance: 0.9,
    microphone: null,
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
