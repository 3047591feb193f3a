import { describe, expect, it } from "vitest";
import { onThisSite, routeOf } from "../../src/logic/route";

describe("addresses", () => {
  const route = (url: string) => routeOf(new URL(url, "https://meet.example.org"));

  it("lead to their pages", () => {
    expect(route("/")).toEqual({ page: "start" });
    expect(route("/pair")).toEqual({ page: "pair" });
    expect(route("/join#abc.def")).toEqual({ page: "join", invitation: "abc.def" });
    expect(route("/join")).toEqual({ page: "unknown" });
    expect(route("/join/abc.def")).toEqual({ page: "unknown" });
    expect(route("/nothing/here/at/all")).toEqual({ page: "unknown" });
  });

  it("stay whole on this site", () => {
    expect(onThisSite("https://meet.example.org/join#abc.def")).toBe("/join#abc.def");
  });

  it("of captions carry the invitation behind the # and take what a projector needs", () => {
    expect(route("/captions/board?lang=es&transparent=1&calm=0&lines=2&size=8&align=center#secret")).toEqual({
      page: "captions",
      room: "board",
      invitation: "secret",
      options: { language: "es", transparent: true, calm: false, names: true, lines: 2, size: 8, align: "center" },
    });
    expect(route("/captions/board?lang=<script>&lines=999&size=x#s")).toMatchObject({
      options: { language: "original", transparent: false, calm: true, lines: 20, size: 6, align: "start" },
    });
  });
});
