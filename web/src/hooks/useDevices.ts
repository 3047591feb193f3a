import { useEffect, useState } from "react";

export interface Devices {
  readonly microphones: readonly MediaDeviceInfo[];
  readonly speakers: readonly MediaDeviceInfo[];
  readonly cameras: readonly MediaDeviceInfo[];
}

const NONE: Devices = { microphones: [], speakers: [], cameras: [] };

export const canChooseSpeaker = typeof AudioContext !== "undefined" && "setSinkId" in AudioContext.prototype;

/** Microphones, loudspeakers and cameras, kept up to date; `permitted` because names appear only with permission. */
export function useDevices(permitted: boolean): Devices {
  const [devices, setDevices] = useState(NONE);

  useEffect(() => {
    const media = navigator.mediaDevices as MediaDevices | undefined; // missing on pages without TLS
    if (!media) return undefined;
    let current = true;
    const look = async (): Promise<void> => {
      const all = await media.enumerateDevices();
      if (!current) return;
      const named = (kind: MediaDeviceKind): MediaDeviceInfo[] =>
        all.filter((device) => device.kind === kind && device.deviceId !== "" && device.deviceId !== "default");
      setDevices({ microphones: named("audioinput"), speakers: named("audiooutput"), cameras: named("videoinput") });
    };
    const onChange = (): void => void look();
    onChange();
    media.addEventListener("devicechange", onChange);
    return () => {
      current = false;
      media.removeEventListener("devicechange", onChange);
    };
  }, [permitted]);

  return devices;
}
