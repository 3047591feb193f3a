// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, ApiError } from "../../src/logic/api";
import { admit, comeBack } from "../../src/room/admission";
import { earlierIdentities, keepIdentity, keepManner, keepVisit, keptVisit } from "../../src/room/sessionShelf";

const ADMISSION = { token: "t", identity: "speaker-1", session: "secret" };
const WAIT = { ticket: "ticket", expires_at: "2026-11-26T10:00:00Z", ask_again_s: 4 };
const WISH = { invitation: "link", name: "Ana" };
const MANNER = {
  name: "Ana",
  wishes: { speak: "es", listen: "fr", read: { mode: "both", language: "fr" }, push: "released" },
  microphone: { device: "desk", on: false },
} as const;

const OLD = { secret: "old", waiting: false, manner: MANNER };

type Answer = readonly [number, unknown];

function answering(...answers: readonly Answer[]) {
  const asked: [string, unknown][] = [];
  let at = 0;
  const fetch = (url: string, { body }: RequestInit) => {
    asked.push([url.replace("/api/v1", ""), JSON.parse(String(body))]);
    const [status, answer] = answers[at] ?? [500, null];
    at += 1;
    if (status === 0) return Promise.reject(new TypeError("no network"));
    return Promise.resolve(new Response(status === 204 ? null : JSON.stringify(answer), { status }));
  };
  return { api: new Api(fetch as typeof globalThis.fetch), asked };
}

const refusal = (status: number, code: string): Answer => [status, { code, detail: code }];
const waiting = () => ({ signal: new AbortController().signal, onWaiting: vi.fn() });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  window.localStorage.clear();
  window.sessionStorage.clear();
});

describe("somebody who comes", () => {
  it("is known again by the identities that this browser had, and keeps the new one", async () => {
    keepIdentity("speaker-0");
    const { api, asked } = answering([200, ADMISSION]);
    await admit(api, WISH, MANNER, waiting());

    expect(asked).toEqual([["/join", { ...WISH, earlier: ["speaker-0"] }]]);
    expect(earlierIdentities()).toEqual(["speaker-1", "speaker-0"]);
    expect(keptVisit("link")).toEqual({ secret: "secret", waiting: false, manner: MANNER });
  });

  it("is not taken in by a reload when they gave up before the answer came", async () => {
    const visit = new AbortController();
    const { api } = answering([200, ADMISSION]);
    const coming = admit(api, WISH, MANNER, { signal: visit.signal, onWaiting: vi.fn() });
    visit.abort();
    await coming;

    expect(keptVisit("link")).toEqual({ secret: "secret", waiting: false, manner: null });
  });

  it("comes back as who they were, else by the link", async () => {
    keepVisit("link", OLD);
    const { api, asked } = answering(refusal(410, "session_ended"), refusal(403, "removed"));
    await expect(admit(api, WISH, MANNER, waiting())).rejects.toMatchObject({ code: "removed" });

    expect(asked.map(([path]) => path)).toEqual(["/renew", "/join"]);
  });

  it.each(["offline", "rate_limited", "storage"])("keeps their session while the service is %s", async (code) => {
    keepVisit("link", OLD);
    const { api } = answering(code === "offline" ? [0, null] : refusal(503, code));
    await expect(admit(api, WISH, MANNER, waiting())).rejects.toMatchObject({ code });

    expect(keptVisit("link")).toEqual(OLD);
  });
});

describe("somebody whose page was loaded anew", () => {
  it("goes on with their visit, and uses no link", async () => {
    const { api, asked } = answering([200, ADMISSION]);
    expect(await comeBack(api, "link", OLD, waiting())).toEqual(ADMISSION);

    expect(asked).toEqual([["/renew", { session: "old" }]]);
    expect(keptVisit("link")).toEqual({ secret: "secret", waiting: false, manner: MANNER });
  });

  it("goes on waiting where they waited", async () => {
    const { api, asked } = answering([202, WAIT], [200, ADMISSION]);
    const told = waiting();
    const entered = comeBack(api, "link", { ...OLD, waiting: true }, told);
    await vi.advanceTimersByTimeAsync(100);
    expect(keptVisit("link")).toEqual({ secret: "ticket", waiting: true, manner: MANNER });
    await vi.advanceTimersByTimeAsync(5000);

    expect(await entered).toEqual(ADMISSION);
    expect(told.onWaiting).toHaveBeenCalledOnce();
    expect(asked[0]).toEqual(["/waiting", { ticket: "old" }]);
    expect(keptVisit("link")).toMatchObject({ secret: "secret", waiting: false });
  });

  it.each(["removed", "room_closed", "session_ended", "invitation_revoked"])("has none any more: %s", async (code) => {
    keepVisit("link", OLD);
    const { api } = answering(refusal(403, code));
    await expect(comeBack(api, "link", OLD, waiting())).rejects.toMatchObject({ code });

    expect(keptVisit("link")).toBeNull();
  });

  it("finds what they chose last, and no key held down", () => {
    keepManner("link", MANNER);
    expect(keptVisit("link")).toBeNull();
    keepVisit("link", OLD);
    keepManner("link", { ...MANNER, wishes: { ...MANNER.wishes, listen: "de", push: "pressed" } });

    expect(keptVisit("link")?.manner?.wishes).toMatchObject({ listen: "de", push: "released" });
  });

  it.each(["", "old", "null", "{}", '{"secret":1,"waiting":false}'])("is not misled by %o", (kept) => {
    window.sessionStorage.setItem("hive.session.link", kept);
    expect(keptVisit("link")).toBeNull();
  });
});

describe("somebody who has to wait", () => {
  it("asks again until they are let in, also over a bad connection", async () => {
    const { api, asked } = answering([202, WAIT], [202, WAIT], [0, null], refusal(503, "storage"), [200, ADMISSION]);
    const told = waiting();
    const entered = admit(api, WISH, MANNER, told);
    await vi.advanceTimersByTimeAsync(3900);
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);

    expect(await entered).toEqual(ADMISSION);
    expect(asked.slice(1)).toEqual(Array(4).fill(["/waiting", { ticket: "ticket" }]));
    expect(told.onWaiting).toHaveBeenCalledOnce();
    expect(keptVisit("link")).toEqual({ secret: "secret", waiting: false, manner: MANNER });
  });

  it.each(["not_admitted", "room_locked", "waiting_ended", "room_closed"])("asks no more after %s", async (code) => {
    const { api, asked } = answering([202, WAIT], refusal(403, code));
    const entered = admit(api, WISH, MANNER, waiting()).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);

    expect(await entered).toEqual(new ApiError(code, code));
    expect(asked.length).toBe(2);
  });

  it("may give up, and tells the service", async () => {
    const { api, asked } = answering([202, WAIT], [204, null]);
    const leaving = new AbortController();
    const entered = admit(api, WISH, MANNER, { signal: leaving.signal, onWaiting: () => undefined }).catch(
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(100);
    leaving.abort("enough");
    await vi.advanceTimersByTimeAsync(100);

    expect(await entered).toBe("enough");
    expect(asked.at(-1)).toEqual(["/waiting/end", { ticket: "ticket" }]);
    expect(keptVisit("link")).toBeNull();
  });
});

it("no more identities are kept than the service takes", () => {
  for (let n = 0; n < 40; n += 1) keepIdentity(`speaker-${n}`);
  keepIdentity("speaker-39");
  expect(earlierIdentities()).toEqual([...Array(16)].map((_, at) => `speaker-${39 - at}`));
});
