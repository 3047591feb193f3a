import { useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { within } from "@hive/logic/numbers";
import type { Look } from "../logic/settings";

type Place = Pick<Look, "x" | "y">;

const STEP = 0.04;
const KEYS: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
};

/** Moves something about the window by a handle, with a pointer or with keys; where it was left is told. */
export function useMoving(first: Place, moved: (place: Place) => void) {
  const [place, setPlace] = useState(first);
  const dragged = useRef(false);
  const by = (x: number, y: number): Place => ({ x: within(place.x + x, 0, 1), y: within(place.y + y, 0, 1) });
  const handle = {
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      event.currentTarget.setPointerCapture(event.pointerId);
      dragged.current = true;
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      if (dragged.current) setPlace(by(event.movementX / window.innerWidth, event.movementY / window.innerHeight));
    },
    onPointerUp: (): void => {
      if (dragged.current) moved(place);
      dragged.current = false;
    },
    onKeyDown: (event: KeyboardEvent<HTMLElement>): void => {
      const step = KEYS[event.key];
      if (!step) return;
      event.preventDefault();
      const next = by(step.x, step.y);
      setPlace(next);
      moved(next);
    },
  };
  return { place, handle };
}
