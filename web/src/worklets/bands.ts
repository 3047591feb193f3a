/** Measures the bands of two sounds at once: what is played, and what the microphone hears. Plays nothing itself. */

import { BANDS, BandLevels } from "../logic/bands";
import { FRAMES_AT_ONCE } from "../logic/echo";

const SILENT = new Float32Array(128);

class BandsProcessor extends AudioWorkletProcessor {
  private readonly played = new BandLevels(sampleRate);
  private readonly heard = new BandLevels(sampleRate);
  private batch = new Float32Array(FRAMES_AT_ONCE * 2 * BANDS);
  private filled = 0;

  process([played, heard]: Float32Array[][]): boolean {
    const frames = [this.played.feed(played?.[0] ?? SILENT), this.heard.feed(heard?.[0] ?? SILENT)];
    for (const frame of frames) {
      if (!frame) continue; // both have their frames in the same piece
      this.batch.set(frame, this.filled);
      this.filled += BANDS;
    }
    if (this.filled === this.batch.length) {
      this.port.postMessage(this.batch);
      this.filled = 0;
    }
    return true;
  }
}

registerProcessor("hive-bands", BandsProcessor);
