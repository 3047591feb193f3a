import { describe, expect, it } from "vitest";
import { deviceChange } from "../../src/logic/devices";

const device = (deviceId: string, label: string) => ({ deviceId, label });
const INNER = device("1", "Built-in");
const HEADSET = device("2", "Headset");
const choice = (label: string) => device("default", `Default - ${label}`);

describe("a device that is unplugged", () => {
  it("is told with what is used instead, where it was chosen", () => {
    expect(deviceChange([choice("Built-in"), INNER, HEADSET], [choice("Built-in"), INNER], "2")).toEqual({
      kind: "gone",
      name: "Headset",
      other: "Built-in",
    });
  });

  it("is told where the browser had chosen it", () => {
    expect(deviceChange([choice("Headset"), INNER, HEADSET], [choice("Built-in"), INNER], "")).toEqual({
      kind: "gone",
      name: "Headset",
      other: "Built-in",
    });
  });

  it("was the only one", () => {
    expect(deviceChange([HEADSET], [], "2")).toEqual({ kind: "gone", name: "Headset", other: null });
  });

  it("is replaced by the first one in a browser that names no choice of its own", () => {
    expect(deviceChange([INNER, HEADSET], [INNER], "2")).toEqual({ kind: "gone", name: "Headset", other: "Built-in" });
  });

  it("is told again when it is back, and used", () => {
    expect(deviceChange([INNER], [INNER, HEADSET], "2")).toEqual({ kind: "back", name: "Headset" });
  });
});

it.each([
  ["another one goes", [INNER, HEADSET], [HEADSET], "2"],
  ["another one comes", [INNER], [INNER, HEADSET], "1"],
  [
    "the browser chooses another one that was there already",
    [choice("Headset"), INNER, HEADSET],
    [choice("Built-in"), INNER, HEADSET],
    "",
  ],
  [
    "the browser’s choice has a name that is no other's",
    [device("default", "Some"), HEADSET],
    [device("default", "Some")],
    "",
  ],
  ["nothing is known yet", [], [INNER, HEADSET], "2"],
  ["names are not allowed", [device("", "")], [], ""],
  ["the chosen one was never there", [INNER], [INNER], "9"],
])("nothing is told while %s", (_, before, now, wish) => {
  expect(deviceChange(before, now, wish)).toBeNull();
});
