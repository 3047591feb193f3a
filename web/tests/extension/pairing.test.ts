import { describe, expect, it } from "vitest";
import { isWithdrawn, Pairing } from "../../../extension/src/logic/pairing";
import { defaults } from "../../../extension/src/logic/settings";

const DEVICE = { address: "https://hive.test", id: "d/1", token: "t", expiresAt: "2030-01-01T00:00:00Z" };
const ANSWER = { room: "r/1", url: "wss://m", speakers: { tab: "a", microphone: "b" }, listener: "c" };
const ROOM = { ...ANSWER, iceServers: [{ urls: "turn:relay" }] };

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly bearer: string | null;
  readonly body: unknown;
}

/** A service that answers once, and what it was asked. */
function answering(status: number, answer: unknown): { pairing: Pairing; asked: Asked[] } {
  const asked: Asked[] = [];
  const fetch = (url: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    asked.push({ method: init.method ?? "", url: String(url), bearer: headers.get("Authorization"), body });
    const text = status === 204 ? null : JSON.stringify(answer);
    return Promise.resolve(new Response(text, { status }));
  };
  return { pairing: new Pairing("https://hive.test", fetch), asked };
}

describe("the installation", () => {
  it("takes a code for a token", async () => {
    const answer = { token: "t", device_id: "d/1", expires_at: DEVICE.expiresAt };
    const { pairing, asked } = answering(200, answer);
    expect(await pairing.redeem("ABCD-EFGH", "My browser")).toEqual(DEVICE);
    expect(asked).toEqual([
      {
        method: "POST",
        url: "https://hive.test/api/v1/pairing/redeem",
        bearer: null,
        body: { code: "ABCD-EFGH", name: "My browser" },
      },
    ]);
  });

  it("opens a room in the languages of both sides", async () => {
    const { pairing, asked } = answering(201, { ...ANSWER, ice_servers: ROOM.iceServers });
    expect(await pairing.openRoom(DEVICE, { ...defaults(["es"]), theirs: "en" })).toEqual(ROOM);
    expect(asked).toEqual([
      {
        method: "POST",
        url: "https://hive.test/api/v1/pairing/rooms",
        bearer: "Bearer t",
        body: { hear: "es", speak: "en", languages: null },
      },
    ]);
  });

  it("closes the room, and withdraws the token", async () => {
    const { pairing, asked } = answering(204, null);
    await pairing.closeRoom(DEVICE, ROOM);
    await pairing.withdraw(DEVICE);
    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ["DELETE", "https://hive.test/api/v1/pairing/rooms/r%2F1"],
      ["DELETE", "https://hive.test/api/v1/pairing/devices/d%2F1"],
    ]);
  });

  it.each([{}, { ...ANSWER, speakers: null }, { ...ANSWER, url: 7 }, { ...ANSWER, ice_servers: "none" }])(
    "is not believed when it answers %j",
    async (answer) => {
      const { pairing } = answering(201, answer);
      await expect(pairing.openRoom(DEVICE, defaults(["en"]))).rejects.toMatchObject({ code: "unexpected" });
    },
  );

  it("says that this browser is not welcome any more", async () => {
    const { pairing } = answering(401, { code: "device_revoked", detail: "withdrawn" });
    const error: unknown = await pairing.openRoom(DEVICE, defaults(["en"])).catch((thrown: unknown) => thrown);
    expect(isWithdrawn(error)).toBe(true);
    expect(isWithdrawn(new Error("device_revoked"))).toBe(false);
  });
});
