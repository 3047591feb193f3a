/**
 * In the call's page, before any script of its own: the microphone that it opens becomes one that can be switched
 * between the person's own voice and the translated one.
 *
 * Nothing here knows of the extension but by signs on the document; a page that sends them itself changes what it
 * hears of a microphone that it was given anyway.
 */

import { Switchboard } from "./switchboard";

const native = MediaDevices.prototype.getUserMedia;
const board = new Switchboard();

MediaDevices.prototype.getUserMedia = async function getUserMedia(
  this: MediaDevices,
  constraints?: MediaStreamConstraints,
): Promise<MediaStream> {
  const stream = await native.call(this, constraints);
  return constraints?.audio ? board.replace(stream) : stream;
};
