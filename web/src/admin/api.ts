import { listOf, numberOf, textOf, treeOf, type Tree } from "./reading";
import type { AdminKey, Told } from "./useWords";

/** What the page asks of the voice service, for operators. */

export interface Trend {
  readonly now: number | null;
  readonly before: number | null;
  readonly change: number | null;
}

export interface Pair {
  readonly source: string;
  readonly target: string;
  readonly messages: Trend;
  readonly ratings: number;
  readonly rating: Trend;
  readonly confidence: Trend;
  readonly translation: Trend;
  readonly similarity: Trend;
}

export interface Point {
  /** Unix time, ms. */
  readonly at: number;
  readonly requests: number | null;
  readonly messages: number | null;
  readonly failed: number | null;
  readonly cached: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly rating: number | null;
}

export interface Route {
  readonly route: string;
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly meanMs: number | null;
}

export interface Metrics {
  readonly trends: Readonly<Record<string, Trend>>;
  readonly pairs: readonly Pair[];
  readonly cache: readonly { readonly level: string; readonly times: Trend }[];
  readonly routes: readonly Route[];
  readonly voices: readonly { readonly name: string; readonly times: number }[];
  readonly points: readonly Point[];
}

export interface QueueView {
  readonly queues: readonly {
    readonly queue: string;
    readonly waiting: number;
    readonly oldestS: number | null;
    readonly processing: number;
    readonly begun: number;
    readonly medianS: number | null;
    readonly longestS: number | null;
  }[];
  readonly workers: readonly { readonly id: string; readonly jobs: readonly Lease[] }[];
  readonly plans: readonly {
    readonly plan: string;
    readonly queue: string;
    readonly promisedS: number | null;
    readonly messages: number;
    readonly p50S: number | null;
    readonly p95S: number | null;
    readonly kept: number | null;
  }[];
  readonly webhooks: number;
}

export interface Lease {
  readonly job: string;
  readonly queue: string;
  readonly stage: string;
  readonly progress: number;
  readonly leftS: number | null;
}

export interface Gpu {
  readonly name: string;
  readonly used: number | null;
  readonly memoryUsed: number | null;
  readonly memoryAll: number | null;
}

export interface Node {
  readonly urls: readonly string[];
  readonly kinds: readonly string[];
  readonly there: boolean;
  readonly name: string;
  readonly cores: number | null;
  readonly load: number | null;
  readonly memoryUsed: number | null;
  readonly memoryAll: number | null;
  readonly gpus: readonly Gpu[];
}

export interface Comment {
  readonly job: string;
  readonly rating: number;
  readonly issue: string;
  readonly comment: string;
  readonly languages: string;
  readonly at: number;
}

export interface Standing {
  readonly variant: string;
  readonly share: number | null;
  readonly settings: string;
  readonly people: number;
  readonly mean: number | null;
  readonly difference: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: string;
}

export interface Trial {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly metric: string;
  readonly leastPeople: number;
  readonly variants: readonly Standing[];
  readonly outcome: string;
  readonly promoted: string;
}

export interface Trials {
  readonly trials: readonly Trial[];
  readonly settings: Readonly<Record<string, readonly string[]>>;
  readonly defaults: readonly { readonly setting: string; readonly value: string }[];
}

/** Why there is no answer. */
export class Refused extends Error {
  constructor(
    /** Whether the key is at fault, or something else. */
    readonly key: boolean,
    readonly told: Told,
  ) {
    super("key" in told ? told.key : told.detail);
  }
}

/** What has words of its own, by the code of the service's problem. */
const TOLD: Readonly<Record<string, AdminKey>> = {
  not_authorised: "error.not_authorised",
  not_operator: "error.not_operator",
  rate_limited: "error.rate_limited",
  storage: "error.storage",
};

const ADMIN = "/api/v1/admin";

export async function fetchMetrics(key: string, hours: number, signal: AbortSignal): Promise<Metrics> {
  const tree = await ask(`/metrics?hours=${hours}`, key, { signal });
  return {
    trends: Object.fromEntries(Object.entries(treeOf(tree["trends"])).map(([name, trend]) => [name, trendOf(trend)])),
    pairs: listOf(tree["languages"], (pair) => ({
      source: textOf(pair["source_language"]),
      target: textOf(pair["target_language"]),
      messages: trendOf(pair["messages"]),
      ratings: numberOf(pair["ratings"]) ?? 0,
      rating: trendOf(pair["rating"]),
      confidence: trendOf(pair["transcript_confidence"]),
      translation: trendOf(pair["translation_score"]),
      similarity: trendOf(pair["voice_similarity"]),
    })),
    cache: listOf(tree["cache"], (level) => ({ level: textOf(level["level"]), times: trendOf(level["times"]) })),
    routes: listOf(tree["routes"], (route) => ({
      route: textOf(route["route"]),
      requests: numberOf(route["requests"]) ?? 0,
      refused: numberOf(route["refused"]) ?? 0,
      failed: numberOf(route["failed"]) ?? 0,
      meanMs: numberOf(route["mean_ms"]),
    })),
    voices: listOf(tree["voices"], (voice) => ({ name: textOf(voice["name"]), times: numberOf(voice["times"]) ?? 0 })),
    points: listOf(tree["points"], (point) => ({
      at: Date.parse(textOf(point["at"])),
      requests: numberOf(point["requests_per_minute"]),
      messages: numberOf(point["messages"]),
      failed: numberOf(point["failed"]),
      cached: numberOf(point["cached"]),
      p50: numberOf(point["p50_ms"]),
      p95: numberOf(point["p95_ms"]),
      rating: numberOf(point["rating"]),
    })),
  };
}

export async function fetchQueue(key: string, signal: AbortSignal): Promise<QueueView> {
  const tree = await ask("/queue", key, { signal });
  return {
    queues: listOf(tree["queues"], (each) => ({
      queue: textOf(each["queue"]),
      waiting: numberOf(each["waiting"]) ?? 0,
      oldestS: numberOf(each["oldest_s"]),
      processing: numberOf(each["processing"]) ?? 0,
      begun: numberOf(each["begun_within_the_hour"]) ?? 0,
      medianS: numberOf(each["median_s"]),
      longestS: numberOf(each["longest_s"]),
    })),
    workers: listOf(tree["workers"], (worker) => ({
      id: textOf(worker["id"]),
      jobs: listOf(worker["jobs"], (job) => ({
        job: textOf(job["job_id"]),
        queue: textOf(job["queue"]),
        stage: textOf(job["stage"]),
        progress: numberOf(job["progress"]) ?? 0,
        leftS: numberOf(job["lease_left_s"]),
      })),
    })),
    plans: listOf(tree["plans"], (plan) => ({
      plan: textOf(plan["plan"]),
      queue: textOf(plan["queue"]),
      promisedS: numberOf(plan["promised_s"]),
      messages: numberOf(plan["messages"]) ?? 0,
      p50S: numberOf(plan["p50_s"]),
      p95S: numberOf(plan["p95_s"]),
      kept: numberOf(plan["kept_share"]),
    })),
    webhooks: numberOf(tree["webhooks_waiting"]) ?? 0,
  };
}

export async function fetchNodes(key: string, signal: AbortSignal): Promise<Node[]> {
  const tree = await ask("/nodes", key, { signal });
  return listOf(tree["nodes"], (node) => ({
    urls: textsOf(node["urls"]),
    kinds: textsOf(node["kinds"]),
    there: node["there"] === true,
    name: textOf(node["name"]),
    cores: numberOf(node["cores"]),
    load: numberOf(node["load"]),
    memoryUsed: numberOf(node["memory_used_bytes"]),
    memoryAll: numberOf(node["memory_total_bytes"]),
    gpus: listOf(node["gpus"], (gpu) => ({
      name: textOf(gpu["name"]),
      used: numberOf(gpu["used_share"]),
      memoryUsed: numberOf(gpu["memory_used_bytes"]),
      memoryAll: numberOf(gpu["memory_total_bytes"]),
    })),
  }));
}

export async function fetchComments(key: string, signal: AbortSignal): Promise<Comment[]> {
  const tree = await ask("/feedback?comments=true&limit=20", key, { signal });
  return listOf(tree["feedback"], (said) => ({
    job: textOf(said["job_id"]),
    rating: numberOf(said["rating"]) ?? 0,
    issue: textOf(said["issue"]),
    comment: textOf(said["comment"]),
    languages: `${textOf(said["source_language"]) || "?"} → ${textOf(said["target_language"])}`,
    at: Date.parse(textOf(said["changed_at"])),
  }));
}

export async function fetchTrials(key: string, signal: AbortSignal): Promise<Trials> {
  const tree = await ask("/ab-test", key, { signal });
  return {
    trials: listOf(tree["trials"], trialOf),
    settings: Object.fromEntries(
      Object.entries(treeOf(tree["settings"])).map(([name, values]) => [name, textsOf(values)]),
    ),
    defaults: listOf(tree["defaults"], (each) => ({
      setting: textOf(each["setting"]),
      value: textOf(each["value"]),
    })),
  };
}

export interface NewTrial {
  readonly name: string;
  readonly setting: string;
  readonly value: string;
  readonly metric: string;
  readonly leastPeople: number;
}

/** Half of the people get what is there, half the value. */
export async function beginTrial(key: string, trial: NewTrial): Promise<void> {
  const body = {
    name: trial.name,
    metric: trial.metric,
    least_people: trial.leastPeople,
    variants: [
      { name: "now", share: 0.5 },
      { name: "new", share: 0.5, settings: { [trial.setting]: trial.value } },
    ],
  };
  await ask("/ab-test", key, { method: "POST", body: JSON.stringify(body) });
}

export async function endTrial(key: string, trial: string): Promise<void> {
  await ask(`/ab-test/${encodeURIComponent(trial)}/end`, key, { method: "POST" });
}

export async function promote(key: string, trial: string, variant: string): Promise<void> {
  const body = JSON.stringify({ variant });
  await ask(`/ab-test/${encodeURIComponent(trial)}/promote`, key, { method: "POST", body });
}

export async function resetSetting(key: string, setting: string): Promise<void> {
  await ask(`/ab-test/defaults/${encodeURIComponent(setting)}`, key, { method: "DELETE" });
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.map(textOf).filter(Boolean) : [];
}

function trialOf(trial: Tree): Trial {
  return {
    id: textOf(trial["id"]),
    name: textOf(trial["name"]),
    status: textOf(trial["status"]),
    metric: textOf(trial["metric"]),
    leastPeople: numberOf(trial["least_people"]) ?? 0,
    outcome: textOf(trial["outcome"]),
    promoted: textOf(trial["promoted"]),
    variants: listOf(trial["variants"], (variant) => ({
      variant: textOf(variant["variant"]),
      share: numberOf(variant["share"]),
      settings: Object.entries(treeOf(variant["settings"]))
        .map(([name, value]) => `${name}: ${textOf(value)}`)
        .join(", "),
      people: numberOf(variant["people"]) ?? 0,
      mean: numberOf(variant["mean"]),
      difference: numberOf(variant["difference"]),
      low: numberOf(variant["low"]),
      high: numberOf(variant["high"]),
      verdict: textOf(variant["verdict"]),
    })),
  };
}

function trendOf(value: unknown): Trend {
  const tree = treeOf(value);
  return { now: numberOf(tree["now"]), before: numberOf(tree["before"]), change: numberOf(tree["change"]) };
}

/** Throws Refused for every answer but a good one, and where there is none. */
async function ask(path: string, key: string, request: RequestInit): Promise<Tree> {
  const headers: Record<string, string> = { authorization: `Bearer ${key}` };
  if (request.body) headers["content-type"] = "application/json";
  let answer: Response;
  try {
    answer = await fetch(ADMIN + path, { ...request, headers });
  } catch (error) {
    if (request.signal?.aborted) throw error;
    throw new Refused(false, { key: "error.offline" });
  }
  if (answer.status === 204) return {};
  const tree = treeOf(await readJson(answer));
  if (answer.ok) return tree;
  throw new Refused(answer.status === 401 || answer.status === 403, toldBy(tree, answer.status));
}

function toldBy(problem: Tree, status: number): Told {
  const key = TOLD[textOf(problem["code"])];
  if (key) return { key };
  const detail = textOf(problem["detail"]).slice(0, 300);
  return detail ? { detail } : { key: "error.status", values: { status: String(status) } };
}

async function readJson(answer: Response): Promise<unknown> {
  try {
    return await answer.json();
  } catch (error) {
    if (error instanceof SyntaxError) return null; // an answer that is not the service's own
    throw error;
  }
}
