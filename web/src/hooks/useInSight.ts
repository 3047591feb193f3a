import { useEffect, useState, type RefObject } from "react";

/** Whether all of an element is within the window, but for so much of the window's lower end. */
export function useInSight(element: RefObject<Element | null>, below: RefObject<Element | null>): boolean {
  const [inSight, setInSight] = useState(true);
  useEffect(() => {
    const seen = element.current;
    const bar = below.current;
    if (!seen || !bar || typeof IntersectionObserver === "undefined") return undefined;
    let looking: IntersectionObserver | undefined;
    // What lies over the window's end may change its height, and with it how much of the window is free.
    const begin = (): void => {
      looking?.disconnect();
      looking = new IntersectionObserver(([entry]) => entry && setInSight(entry.intersectionRatio > 0.98), {
        rootMargin: `0px 0px -${Math.round(bar.getBoundingClientRect().height)}px 0px`,
        threshold: [0, 0.98, 1],
      });
      looking.observe(seen);
    };
    const sizes = new ResizeObserver(begin);
    sizes.observe(bar);
    return () => {
      sizes.disconnect();
      looking?.disconnect();
    };
  }, [element, below]);
  return inSight;
}
