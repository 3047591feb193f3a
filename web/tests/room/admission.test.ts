// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Api, ApiError } from "../../src/logic/api";
import { admit } from "../../src/room/admission";
import { earlierIdentities, keepIdentity, keepSession, keptSession } from "../../src/room/sessionShelf";

const ADMISSION = { token: "t", identity: "speaker-1", session: "secret" };
const WAIT = { ticket: "ticket", expires_at: "2026-11-26T10:00:00Z", ask_again_s: 4 };
const WISH = { invitation: "link", name: "Ana" };

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
    await admit(api, WISH, waiting());

    expect(asked).toEqual([["/join", { ...WISH, earlier: ["speaker-0"] }]]);
    expect(earlierIdentities()).toEqual(["speaker-1", "speaker-0"]);
    expect(keptSession("link")).toBe("secret");
  });

  it("comes back as who they were, else by the link", async () => {
    keepSession("link", "old");
    const { api, asked } = answering(refusal(410, "session_ended"), refusal(403, "removed"));
    await expect(admit(api, WISH, waiting())).rejects.toMatchObject({ code: "removed" });

    expect(asked.map(([path]) => path)).toEqual(["/renew", "/join"]);
  });

  it.each(["offline", "rate_limited", "storage"])("keeps their session while the service is %s", async (code) => {
    keepSession("link", "old");
    const { api } = answering(code === "offline" ? [0, null] : refusal(503, code));
    await expect(admit(api, WISH, waiting())).rejects.toMatchObject({ code });

    expect(keptSession("link")).toBe("old");
  });
});

describe("somebody who has to wait", () => {
  it("asks again until they are let in, also over a bad connection", async () => {
    const { api, asked } = answering([202, WAIT], [202, WAIT], [0, null], refusal(503, "storage"), [200, ADMISSION]);
    const told = waiting();
    const entered = admit(api, WISH, told);
    await vi.advanceTimersByTimeAsync(3900);
    expect(asked.length).toBe(1);
    await vi.advanceTimersByTimeAsync(20_000);

    expect(await entered).toEqual(ADMISSION);
    expect(asked.slice(1)).toEqual(Array(4).fill(["/waiting", { ticket: "ticket" }]));
    expect(told.onWaiting).toHaveBeenCalledOnce();
    expect(keptSession("link")).toBe("secret");
  });

  it.each(["not_admitted", "room_locked", "waiting_ended", "room_closed"])("asks no more after %s", async (code) => {
    const { api, asked } = answering([202, WAIT], refusal(403, code));
    const entered = admit(api, WISH, waiting()).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);

    expect(await entered).toEqual(new ApiError(code, code));
    expect(asked.length).toBe(2);
  });

  it("may give up, and tells the service", async () => {
    const { api, asked } = answering([202, WAIT], [204, null]);
    const leaving = new AbortController();
    const entered = admit(api, WISH, { signal: leaving.signal, onWaiting: () => undefined }).catch(
      (error: unknown) => error,
    );
    await vi.advanceTimersByTimeAsync(100);
    leaving.abort("enough");
    await vi.advanceTimersByTimeAsync(100);

    expect(await entered).toBe("enough");
    expect(asked.at(-1)).toEqual(["/waiting/end", { ticket: "ticket" }]);
    expect(keptSession("link")).toBeNull();
  });
});

it("no more identities are kept than the service takes", () => {
  for (let n = 0; n < 40; n += 1) keepIdentity(`speaker-${n}`);
  keepIdentity("speaker-39");
  expect(earlierIdentities()).toEqual([...Array(16)].map((_, at) => `speaker-${39 - at}`));
});
