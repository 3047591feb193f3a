import { expect, it } from "vitest";
import { readFirstSteps, withStep } from "../../src/logic/firstSteps";

it("the first steps begin anew in another meeting, but are put away for good", () => {
  const kept = JSON.stringify({ closed: true, room: "a", done: ["try", "invite", "fly"] });

  expect(readFirstSteps(kept, "a")).toEqual({ closed: true, room: "a", done: ["invite", "try"] });
  expect(readFirstSteps(kept, "b")).toEqual({ closed: true, room: "b", done: [] });
});

it.each([null, "", "[]", "7", "null", "{", '{"closed":"yes","room":"a","done":"invite"}'])(
  "what is kept of them and broken counts as nothing: %s",
  (kept) => {
    expect(readFirstSteps(kept, "a")).toEqual({ closed: false, room: "a", done: [] });
  },
);

it("a step is ticked once", () => {
  const once = withStep(readFirstSteps(null, "a"), "try");

  expect(once.done).toEqual(["try"]);
  expect(withStep(once, "try")).toBe(once);
});
