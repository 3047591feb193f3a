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

  it("is asked for what it keeps, to erase that, and for the rule on recording, with the token in no address", async () => {
    const { api, asked } = answering(204, undefined);
    const organising = api.organise("board", "secret");
    await organising.close();
    await organising.erase();
    await organising.stored();
    await organising.room();
    await organising.allowRecording(false);

    expect(asked.map(([url, { method, body }]) => [url, method, body])).toEqual([
      ["/api/v1/rooms/board", "DELETE", undefined],
      ["/api/v1/rooms/board?erase=true", "DELETE", undefined],
      ["/api/v1/rooms/board/export", "GET", undefined],
      ["/api/v1/rooms/board", "GET", undefined],
      ["/api/v1/rooms/board/recording", "PUT", '{"allowed":false}'],
    ]);
    for (const [, { headers }] of asked) expect(headers).toMatchObject({ Authorization: "Bearer secret" });
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
