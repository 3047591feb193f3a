/** What an organiser who is here for the first time is shown: three steps, and how far they are. */

import { parsed } from "./json";

export const STEPS = ["invite", "interpreter", "try"] as const;
export type Step = (typeof STEPS)[number];

export interface FirstSteps {
  /** They are shown once, and never again when they have been put away or all were done. */
  readonly closed: boolean;
  /** The meeting that `done` belongs to. */
  readonly room: string;
  readonly done: readonly Step[];
}

/**
 * What is kept, for the meeting `room`; another meeting begins anew, and what is broken counts as nothing.
 *
 * Whoever has done all of them needs them no more: they are gone when the room is opened again.
 */
export function readFirstSteps(kept: string | null, room: string): FirstSteps {
  const said = parsed(kept ?? undefined);
  const values = typeof said === "object" && said !== null ? (said as Record<string, unknown>) : {};
  const ticked = Array.isArray(values["done"]) ? (values["done"] as unknown[]) : [];
  const done = STEPS.filter((step) => ticked.includes(step));
  return {
    closed: values["closed"] === true || done.length === STEPS.length,
    room,
    done: values["room"] === room ? done : [],
  };
}

export function withStep(steps: FirstSteps, step: Step): FirstSteps {
  return steps.done.includes(step) ? steps : { ...steps, done: [...steps.done, step] };
}
