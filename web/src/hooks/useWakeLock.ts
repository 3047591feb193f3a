import { useEffect } from "react";

/** Keeps a phone's screen on while the page is looked at; a browser that cannot do so goes on as before. */
export function useWakeLock(): void {
  useEffect(() => {
    if (!("wakeLock" in navigator)) return undefined;
    let lock: WakeLockSentinel | null = null;
    let ended = false;
    const ask = async (): Promise<void> => {
      if (document.visibilityState !== "visible") return;
      try {
        const held = await navigator.wakeLock.request("screen");
        if (ended) await held.release();
        else lock = held;
      } catch (error) {
        if (!(error instanceof DOMException)) throw error; // refused, e.g. to save the battery
      }
    };
    const onVisible = (): void => void ask();
    onVisible();
    document.addEventListener("visibilitychange", onVisible);
    return () => {
      ended = true;
      document.removeEventListener("visibilitychange", onVisible);
      void lock?.release();
    };
  }, []);
}
