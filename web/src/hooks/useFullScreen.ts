import { useEffect, useState, type RefObject } from "react";

/** Safari on a phone shows nothing but a video on the whole screen. */
type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

export interface FullScreen {
  readonly isFull: boolean;
  /** Null where the browser cannot do it. */
  readonly toggle: (() => void) | null;
}

/** Shows an element on the whole screen, or the video in it where the browser knows no more; ends once it is not wanted. */
export function useFullScreen(element: RefObject<HTMLElement | null>, wanted: boolean): FullScreen {
  const [isFull, setFull] = useState(false);

  useEffect(() => {
    const look = (): void =>
      setFull(document.fullscreenElement !== null && document.fullscreenElement === element.current);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, [element]);
  useEffect(() => {
    if (isFull && !wanted) void document.exitFullscreen();
  }, [isFull, wanted]);

  const toggle = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void element.current?.requestFullscreen();
    else element.current?.querySelector<PhoneVideo>(".stage video")?.webkitEnterFullscreen?.();
  };
  const can = document.fullscreenEnabled || "webkitEnterFullscreen" in HTMLVideoElement.prototype;
  return { isFull, toggle: can ? toggle : null };
}
