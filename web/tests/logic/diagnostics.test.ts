import { describe, expect, it } from "vitest";
import { diagnose, lossBetween } from "../../src/logic/diagnostics";

describe("diagnostics", () => {
  const report = (local: object): [string, Record<string, unknown>][] => [
    ["T", { type: "transport", selectedCandidatePairId: "P" }],
    ["P", { type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", currentRoundTripTime: 0.04 }],
    ["L", { type: "local-candidate", ...local }],
    ["R", { type: "remote-candidate", candidateType: "host" }],
    [
      "I",
      {
        type: "inbound-rtp",
        kind: "audio",
        packetsReceived: 95,
        packetsLost: 5,
        jitter: 0.006,
        jitterBufferDelay: 6,
        jitterBufferEmittedCount: 100,
      },
    ],
  ];

  it("tell a relayed way from a direct one", () => {
    expect(diagnose([report({ candidateType: "host", protocol: "udp" })])).toEqual({
      path: { kind: "direct", protocol: "UDP", rttMs: 40 },
      reception: { packets: 95, lost: 5, jitterMs: 6, bufferMs: 60 },
    });
    expect(diagnose([report({ candidateType: "relay", protocol: "udp", relayProtocol: "tls" })]).path).toEqual({
      kind: "relay",
      protocol: "TLS",
      rttMs: 40,
    });
    expect(diagnose([])).toEqual({ path: null, reception: null });
  });

  it("give the loss since the last look, and at the first look since the beginning", () => {
    const before = { packets: 100, lost: 10, jitterMs: null, bufferMs: null };

    expect(lossBetween(before, { ...before, packets: 190, lost: 20 })).toBe(0.1);
    expect(lossBetween(null, { ...before, packets: 90 })).toBe(0.1);
    expect(lossBetween(null, { ...before, packets: 0, lost: 0 })).toBeNull();
    expect(lossBetween(before, null)).toBeNull();
    expect(lossBetween(before, before)).toBeNull();
  });
});
