/** What is done to the sound of a microphone before it is sent. */

export const NOISE_MODES = ["off", "standard", "strong"] as const;
export type NoiseMode = (typeof NOISE_MODES)[number];

export interface Processing {
  readonly echoCancellation: boolean;
  /** "standard" is the browser's own suppression; "strong" replaces it by RNNoise. */
  readonly noise: NoiseMode;
  readonly autoGain: boolean;
}

interface CaptureConstraints {
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  /** Of the system, where it has one: one more suppression of noise. */
  readonly voiceIsolation: boolean;
}

/** As the Media Capture standard names them. Two suppressions one after the other would eat speech. */
export function constraintsOf({ echoCancellation, noise, autoGain }: Processing): CaptureConstraints {
  const suppressed = noise === "standard";
  return {
    echoCancellation,
    noiseSuppression: suppressed,
    autoGainControl: autoGain,
    voiceIsolation: suppressed,
  };
}

const CHECKED = ["echoCancellation", "noiseSuppression", "autoGainControl"] as const;

/** Whether a running track does what is wanted, as far as the browser says what it does. */
export function isProcessedSo(settings: MediaTrackSettings, wanted: CaptureConstraints): boolean {
  return CHECKED.every((name) => settings[name] === undefined || Boolean(settings[name]) === wanted[name]);
}

export function isSameProcessing(one: Processing, other: Processing): boolean {
  return (
    one.echoCancellation === other.echoCancellation && one.noise === other.noise && one.autoGain === other.autoGain
  );
}
