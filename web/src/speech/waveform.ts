/** How loud sound is along its way, for a picture of it. */

/** The highest sample of each of `count` equal parts, 0…1. */
export function peaksOf(samples: Float32Array, count: number): number[] {
  const peaks: number[] = [];
  for (let part = 0; part < count; part++) {
    const end = Math.floor(((part + 1) * samples.length) / count);
    let peak = 0;
    for (let at = Math.floor((part * samples.length) / count); at < end; at++) {
      peak = Math.max(peak, Math.abs(samples[at] ?? 0));
    }
    peaks.push(Math.min(peak, 1));
  }
  return peaks;
}

/** Reads a file of sound; null for a format that this browser does not read. */
export async function decode(sound: Blob): Promise<AudioBuffer | null> {
  try {
    return await new OfflineAudioContext(1, 1, 24_000).decodeAudioData(await sound.arrayBuffer());
  } catch (error) {
    if (error instanceof DOMException) return null;
    throw error;
  }
}

/** A filled outline, 1000 wide and 100 high. */
export function outline(peaks: readonly number[]): string {
  const step = 1000 / Math.max(1, peaks.length);
  const bars = peaks.map((peak, part) => {
    const height = Math.max(1.5, peak * 48);
    return `M${(part * step).toFixed(1)} ${(50 - height).toFixed(1)}v${(2 * height).toFixed(1)}h${(step * 0.7).toFixed(1)}v${(-2 * height).toFixed(1)}z`;
  });
  return bars.join("");
}
