import { useCallback, useEffect, useRef, useState } from "react";

interface DocumentPictureInPicture {
  requestWindow(wish: { readonly width: number; readonly height: number }): Promise<Window>;
}

declare global {
  interface Window {
    /** A small window above all others; Chromium has it. */
    readonly documentPictureInPicture?: DocumentPictureInPicture;
  }
}

const SIZE = { width: 520, height: 300 } as const;

export interface PopOut {
  /** Null where the browser has no such windows. */
  readonly open: (() => void) | null;
  readonly close: () => void;
  /** Where its content goes; null while it is closed. */
  readonly place: HTMLElement | null;
}

/** A window of its own for a part of the page, which looks as the page does and closes with that part. */
export function usePopOut(title: string): PopOut {
  const [popped, setPopped] = useState<Window | null>(null);
  const isHere = useRef(false);

  useEffect(() => {
    isHere.current = true;
    return () => {
      isHere.current = false;
    };
  }, []);
  useEffect(() => {
    if (!popped) return undefined;
    const gone = (): void => setPopped(null);
    popped.addEventListener("pagehide", gone);
    const end = keepLook(popped.document);
    return () => {
      end();
      popped.removeEventListener("pagehide", gone);
      popped.close();
    };
  }, [popped]);
  const open = async (): Promise<void> => {
    try {
      const made = await window.documentPictureInPicture?.requestWindow(SIZE);
      if (!made) return;
      made.document.title = title;
      if (isHere.current) setPopped(made);
      else made.close();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error; // refused: the captions stay where they are
      console.info("no window of its own", error.name);
    }
  };
  return {
    open: window.documentPictureInPicture ? () => void open() : null,
    close: useCallback(() => setPopped(null), []),
    place: popped?.document.body ?? null,
  };
}

/** Styles once, and theme, language and direction for as long as they may change. */
function keepLook(target: Document): () => void {
  for (const style of document.querySelectorAll('link[rel="stylesheet"], style')) {
    const copy = target.importNode(style, true);
    if (copy instanceof HTMLLinkElement || "href" in copy) copy.setAttribute("href", (style as HTMLLinkElement).href);
    target.head.append(copy);
  }
  target.body.className = "popped";
  const copyRoot = (): void => {
    for (const { name, value } of document.documentElement.attributes) target.documentElement.setAttribute(name, value);
  };
  copyRoot();
  const observer = new MutationObserver(copyRoot);
  observer.observe(document.documentElement, { attributes: true });
  return () => observer.disconnect();
}
