import { useCallback, useEffect, useEffectEvent, useRef, useState } from "react";
import { microphoneProblem, type MicrophoneProblem } from "../logic/microphone";
import { meterOf } from "../logic/mixing";
import { constraintsOf, type Processing } from "../logic/processing";
import { Ear } from "../room/ear";

export type MicrophoneCheck =
  | { readonly state: "asleep" }
  | { readonly state: "asking" }
  | { readonly state: "open"; readonly stream: MediaStream }
  | { readonly state: "failed"; readonly problem: MicrophoneProblem };

/** Opens the microphone for the sound check, and closes it when the page goes on or the device changes. */
export function useMicrophoneCheck(enabled: boolean, deviceId: string, processing: Processing): MicrophoneCheck {
  const [check, setCheck] = useState<MicrophoneCheck>({ state: "asleep" });

  useEffect(() => {
    if (!enabled) return undefined;
    let stream: MediaStream | null = null;
    let current = true;
    setCheck({ state: "asking" });
    const open = async (): Promise<void> => {
      try {
        const media = navigator.mediaDevices as MediaDevices | undefined;
        if (!media) throw new DOMException("no media devices on this page", "NotFoundError");
        const constraints = constraintsOf(processing);
        const device = deviceId ? { deviceId: { ideal: deviceId } } : {};
        stream = await media.getUserMedia({ audio: { ...constraints, ...device } });
        if (current) setCheck({ state: "open", stream });
        else stopAll(stream);
      } catch (error) {
        if (current) setCheck({ state: "failed", problem: microphoneProblem(error) });
      }
    };
    void open();
    return () => {
      current = false;
      if (stream) stopAll(stream);
      setCheck({ state: "asleep" });
    };
  }, [enabled, deviceId, processing]);

  return check;
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What measures a sound, dB relative to full scale. */
export interface Meter {
  readonly levelDbfs: () => number;
  readonly close?: () => void;
}

/** For `useLevel`: measures a stream, or nothing. */
export function useStreamMeter(stream: MediaStream | null): (() => Meter) | null {
  const open = useCallback((): Meter => {
    const context = new AudioContext();
    const ear = new Ear(context);
    ear.listenTo(stream?.getAudioTracks()[0] ?? null);
    return { levelDbfs: () => ear.levelDbfs(), close: () => void context.close() };
  }, [stream]);
  return stream && open;
}

/** Calls `show` with 0..1, about twenty times a second, without rendering anything again; with 0 at the end. */
export function useLevel(open: (() => Meter) | null, show: (level: number) => void): void {
  const shown = useEffectEvent(show);
  useEffect(() => {
    if (!open) return undefined;
    const meter = open();
    let level = 0;
    const timer = window.setInterval(() => {
      level = Math.max(meterOf(meter.levelDbfs()), level * 0.8); // falls slower than it rises, as meters do
      shown(level);
    }, 50);
    return () => {
      window.clearInterval(timer);
      meter.close?.();
      shown(0);
    };
  }, [open]);
}

export type TestRecording = "idle" | "recording" | "playing";

const TEST_MS = 3000;

/** Records three seconds and plays them back. */
export function useTestRecording(stream: MediaStream | null, speaker: string): readonly [TestRecording, () => void] {
  const [state, setState] = useState<TestRecording>("idle");
  const cancel = useRef<(() => void) | null>(null);

  useEffect(() => () => cancel.current?.(), [stream]);

  const start = useCallback(() => {
    if (!stream || cancel.current) return;
    const recorder = new MediaRecorder(stream);
    const slices: Blob[] = [];
    const player = new Audio();
    let address = "";
    const finish = (): void => {
      window.clearTimeout(timer);
      if (recorder.state !== "inactive") recorder.stop();
      player.pause();
      URL.revokeObjectURL(address);
      cancel.current = null;
      setState("idle");
    };
    recorder.addEventListener("dataavailable", ({ data }) => slices.push(data));
    recorder.addEventListener("stop", () => {
      if (cancel.current !== finish) return;
      address = URL.createObjectURL(new Blob(slices, { type: recorder.mimeType }));
      player.src = address;
      player.addEventListener("ended", finish);
      setState("playing");
      void playThrough(player, speaker).catch(finish);
    });
    const timer = window.setTimeout(() => recorder.state !== "inactive" && recorder.stop(), TEST_MS);
    cancel.current = finish;
    recorder.start();
    setState("recording");
  }, [stream, speaker]);

  return [state, start];
}

async function playThrough(player: HTMLAudioElement, speaker: string): Promise<void> {
  if (speaker && "setSinkId" in player) await player.setSinkId(speaker);
  await player.play();
}

/** Three soft notes through the chosen loudspeaker. */
export async function playChime(speaker: string): Promise<void> {
  const context = new AudioContext() as AudioContext & { setSinkId?: (id: string) => Promise<void> };
  try {
    if (speaker) await context.setSinkId?.(speaker);
    const gain = context.createGain();
    gain.connect(context.destination);
    gain.gain.value = 0;
    for (const [at, hz] of [523.25, 659.25, 783.99].entries()) {
      const tone = context.createOscillator();
      tone.frequency.value = hz;
      tone.connect(gain);
      const startS = context.currentTime + at * 0.22;
      gain.gain.setTargetAtTime(0.2, startS, 0.02);
      gain.gain.setTargetAtTime(0, startS + 0.12, 0.06);
      tone.start(startS);
      tone.stop(startS + 0.6);
    }
    await new Promise((resolve) => setTimeout(resolve, 1200));
  } finally {
    await context.close();
  }
}
