import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

/**
 * For lines that stand at the bottom and grow upwards: one that has no room at the top is not shown at all.
 *
 * Half a line cannot be read, and looks like a fault.
 */
export function useWholeLines(): RefObject<HTMLElement | null> {
  const area = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (area.current) cutBetweenLines(area.current);
  });
  useEffect(() => {
    const element = area.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => cutBetweenLines(element));
    observer.observe(element);
    const fonts = (): void => cutBetweenLines(element);
    document.fonts.addEventListener("loadingdone", fonts);
    return () => {
      observer.disconnect();
      document.fonts.removeEventListener("loadingdone", fonts);
    };
  }, []);
  return area;
}

function cutBetweenLines(area: HTMLElement): void {
  const { top } = area.getBoundingClientRect();
  const hidden = Math.max(0, ...[...area.querySelectorAll("p")].map((text) => endOfLineOver(text, top) - top));
  area.style.clipPath = hidden > 0 ? `inset(${hidden}px 0 0)` : "";
}

/** Where the line of a paragraph ends that lies over an edge; the edge itself where none does. */
function endOfLineOver(text: HTMLElement, edge: number): number {
  if (text.getBoundingClientRect().top >= edge) return edge;
  const height = Number.parseFloat(getComputedStyle(text).lineHeight);
  const letters = document.createRange();
  letters.selectNodeContents(text);
  let end = edge;
  for (const { top, bottom } of letters.getClientRects()) {
    const middle = (top + bottom) / 2;
    // Letters of some scripts reach beyond their line.
    if (middle - height / 2 < edge && middle + height / 2 > edge) end = Math.max(end, middle + height / 2);
  }
  return end;
}
