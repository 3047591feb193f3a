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

it("whoever has done all of them sees them no more when a room is opened again, here or elsewhere", () => {
  const done = (["invite", "interpreter", "try"] as const).reduce(withStep, readFirstSteps(null, "a"));
  const kept = JSON.stringify(done);

  expect(done.closed).toBe(false); // they do not go from under somebody's finger
  expect(["a", "b"].map((room) => readFirstSteps(kept, room).closed)).toEqual([true, true]);
  expect(readFirstSteps(JSON.stringify({ ...done, done: ["invite", "invite", "try"] }), "a").closed).toBe(false);
});
