/** Reads WebRTC statistics into what a person on the phone with support can use. */

export interface NetworkPath {
  readonly kind: "direct" | "relay";
  readonly protocol: string;
  readonly rttMs: number | null;
}

export interface Reception {
  readonly packets: number;
  readonly lost: number;
  readonly jitterMs: number | null;
  /** How long sound waits in the browser before it is played. */
  readonly bufferMs: number | null;
}

export interface Diagnosis {
  readonly path: NetworkPath | null;
  readonly reception: Reception | null;
}

type Stat = Readonly<Record<string, unknown>>;

/** Sums up the reports of all received tracks; those of one connection share their candidate pair. */
export function diagnose(reports: readonly Iterable<readonly [string, Stat]>[]): Diagnosis {
  let path: NetworkPath | null = null;
  const streams: Stat[] = [];
  for (const report of reports) {
    const stats = new Map(report);
    path ??= pathOf(stats);
    for (const stat of stats.values()) {
      if (stat["type"] === "inbound-rtp" && stat["kind"] === "audio") streams.push(stat);
    }
  }
  return { path, reception: streams.length ? receptionOf(streams) : null };
}

function pathOf(stats: ReadonlyMap<string, Stat>): NetworkPath | null {
  const all = [...stats.values()];
  const transport = all.find((stat) => stat["type"] === "transport" && stat["selectedCandidatePairId"]);
  const pair =
    stats.get(String(transport?.["selectedCandidatePairId"])) ??
    all.find(
      (stat) => stat["type"] === "candidate-pair" && stat["nominated"] === true && stat["state"] === "succeeded",
    );
  if (!pair) return null;
  const local = stats.get(String(pair["localCandidateId"]));
  const remote = stats.get(String(pair["remoteCandidateId"]));
  const relayed = local?.["candidateType"] === "relay" || remote?.["candidateType"] === "relay";
  const protocol = local?.["relayProtocol"] ?? local?.["protocol"];
  return {
    kind: relayed ? "relay" : "direct",
    protocol: typeof protocol === "string" ? protocol.toUpperCase() : "",
    rttMs: scaled(pair["currentRoundTripTime"], 1000),
  };
}

function receptionOf(streams: readonly Stat[]): Reception {
  const sum = (key: string): number => streams.reduce((total, stat) => total + (scaled(stat[key], 1) ?? 0), 0);
  const jitters = streams.map((stat) => scaled(stat["jitter"], 1000)).filter((value) => value !== null);
  const emitted = sum("jitterBufferEmittedCount");
  return {
    packets: sum("packetsReceived"),
    lost: Math.max(0, sum("packetsLost")),
    jitterMs: jitters.length ? Math.max(...jitters) : null,
    bufferMs: emitted ? (sum("jitterBufferDelay") / emitted) * 1000 : null,
  };
}

function scaled(value: unknown, factor: number): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value * factor : null;
}

/** Share of packets lost since an earlier look, or since the beginning, 0..1; null where nothing arrived since. */
export function lossBetween(before: Reception | null, now: Reception | null): number | null {
  if (!now) return null;
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  const all = lost + Math.max(0, now.packets - (before?.packets ?? 0));
  return all === 0 ? null : lost / all;
}
