import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/logic/api";
import { lifeMs, renewAfterMs, stayAwayMs, tryAgainAfterMs } from "../../src/logic/renewal";

function token(claims: unknown): string {
  const body = btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return `e30.${body}.c2lnbmF0dXJl`;
}

const MADE = 1_795_253_400;
const YEARS = 10 * 365 * 86_400;

describe("the life of a token", () => {
  it("is told by the service's own two times", () => {
    expect(lifeMs(token({ nbf: MADE, exp: MADE + 600 }))).toBe(600_000);
    expect(lifeMs(token({ iat: MADE, nbf: MADE - 60, exp: MADE + 600 }))).toBe(600_000);
  });

  it("is not known where they are missing or make no sense", () => {
    for (const claims of [{}, { exp: MADE }, { nbf: MADE + 600, exp: MADE }, { nbf: "x", exp: "y" }, 3]) {
      expect(lifeMs(token(claims))).toBeNull();
    }
    for (const broken of ["", "x", "a.b.c", "a.%%.c", token(null)]) expect(lifeMs(broken)).toBeNull();
  });
});

describe("renewal", () => {
  it("comes at about half of the token's life, spread", () => {
    const ten = token({ nbf: MADE, exp: MADE + 600 });

    expect([0, 0.5, 1].map((random) => Math.round(renewAfterMs(ten, random)))).toEqual([240_000, 300_000, 360_000]);
  });

  it("is never sooner or later than what is sane", () => {
    expect(renewAfterMs(token({ nbf: MADE, exp: MADE + 1 }), 0)).toBe(20_000);
    expect(renewAfterMs(token({ nbf: MADE, exp: MADE + YEARS }), 1)).toBe(6 * 3_600_000);
    expect(renewAfterMs("nonsense", 0.5)).toBe(300_000);
  });

  it("that fails is tried again later each time", () => {
    const offline = new ApiError("offline", "no network");

    expect([1, 2, 3, 4, 5, 50].map((failures) => tryAgainAfterMs(failures, offline, 0))).toEqual([
      20_000, 40_000, 80_000, 160_000, 300_000, 300_000,
    ]);
  });

  it("comes no sooner than the service allows", () => {
    const slowly = new ApiError("rate_limited", "Slowly.", 90);

    expect(tryAgainAfterMs(1, slowly, 0)).toBe(90_000);
    expect(tryAgainAfterMs(1, slowly, 1)).toBe(112_500);
    expect(stayAwayMs(new ApiError("rate_limited", "Slowly.", 1e12))).toBe(600_000);
    expect(stayAwayMs(new Error("other"))).toBe(0);
  });
});
