import type { Marks } from "../src/logic/transcriptMarks";

/** A file says nothing but what was said. */
export const UNMARKED: Marks = { machine: "", likeness: "" };

export const MARKED: Marks = { machine: "By a machine --> maybe <wrong>.", likeness: "computed" };
