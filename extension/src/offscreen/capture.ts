/** Where the sound comes from. */

import { constraintsOf } from "@hive/logic/processing";
import { DEFAULTS } from "@hive/logic/preferences";

/** What Chromium alone understands. */
interface TabConstraints extends MediaTrackConstraints {
  readonly mandatory: { readonly chromeMediaSource: "tab"; readonly chromeMediaSourceId: string };
}

/** The sound of a tab, which the browser plays no more from now on. Throws DOMException. */
export async function tabSound(streamId: string): Promise<MediaStreamTrack> {
  const audio: TabConstraints = { mandatory: { chromeMediaSource: "tab", chromeMediaSourceId: streamId } };
  return soundOf(await navigator.mediaDevices.getUserMedia({ audio }));
}

/** Throws DOMException. */
export async function microphoneSound(device: string): Promise<MediaStreamTrack> {
  const audio = { ...constraintsOf(DEFAULTS.processing), ...(device ? { deviceId: { exact: device } } : {}) };
  return soundOf(await navigator.mediaDevices.getUserMedia({ audio }));
}

function soundOf(stream: MediaStream): MediaStreamTrack {
  const [track] = stream.getAudioTracks();
  if (!track) throw new DOMException("a stream without sound", "NotFoundError");
  return track;
}
