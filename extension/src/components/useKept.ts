import { useCallback, useEffect, useState } from "react";
import { send } from "../chrome/messages";
import { keptDevice, keptSettings, whenKept } from "../chrome/shelf";
import type { Device } from "../logic/pairing";
import type { Change, Settings } from "../logic/settings";

export interface Kept {
  readonly settings: Settings;
  readonly device: Device | null;
}

/** What is kept, and how to change the choices; null until it has been read. */
export function useKept(): readonly [Kept | null, (change: Change) => void] {
  const [kept, setKept] = useState<Kept | null>(null);
  useEffect(() => {
    let current = true;
    const read = (): void => {
      Promise.all([keptSettings(), keptDevice()])
        .then(([settings, device]) => current && setKept({ settings, device }))
        .catch((error: unknown) => console.error("what is kept cannot be read", error));
    };
    read();
    const end = whenKept(read);
    return () => {
      current = false;
      end();
    };
  }, []);
  const change = useCallback((part: Change): void => {
    // At once, as what is kept comes back only later.
    setKept((before) => before && { ...before, settings: { ...before.settings, ...part } });
    void send({ to: "background", type: "change", change: part });
  }, []);
  return [kept, change];
}
