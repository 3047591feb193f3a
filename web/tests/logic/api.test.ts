import { describe, expect, it } from "vitest";
import { Api, ApiError } from "../../src/logic/api";

describe("the service", () => {
  const answering = (status: number, body: unknown) => {
    const asked: [string, RequestInit][] = [];
    const fetch = (url: string, request: RequestInit) => {
      asked.push([url, request]);
      return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));
    };
    return { api: new Api(fetch as typeof globalThis.fetch), asked };
  };

  it("is asked with the organiser's token where that is needed", async () => {
    const { api, asked } = answering(204, undefined);
    await api.organise("a/b", "secret").dismissInterpreter();

    expect(asked.map(([url, { method, headers }]) => [url, method, headers])).toEqual([
      ["/api/v1/rooms/a%2Fb/interpreter", "DELETE", { Authorization: "Bearer secret" }],
    ]);
  });

  it("is shown an invitation in no address, as proxies keep those", async () => {
    const { api, asked } = answering(200, {});
    await api.invitation("abc.def");

    expect(asked.map(([url, { method, body }]) => [url, method, body])).toEqual([
      ["/api/v1/invitation", "POST", '{"invitation":"abc.def"}'],
    ]);
  });

  it("refuses with its own code", async () => {
    const { api } = answering(429, { code: "rate_limited", detail: "Slowly.", retry_after_s: 3 });

    await expect(api.invitation("x")).rejects.toEqual(new ApiError("rate_limited", "Slowly.", 3));
  });

  it("that cannot be reached is offline, and one that talks nonsense unexpected", async () => {
    const offline = new Api((() => Promise.reject(new TypeError("no network"))) as typeof globalThis.fetch);

    await expect(offline.config()).rejects.toMatchObject({ code: "offline" });
    await expect(answering(502, "<html>").api.config()).rejects.toMatchObject({ code: "unexpected" });
  });
});
