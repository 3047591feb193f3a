/** Figures as they are written. What was not measured is a dash. */

const NOTHING = "–";

export type Kind = "count" | "rate" | "share" | "ms" | "s" | "rating" | "score" | "db";

export function written(value: number | null, kind: Kind): string {
  if (value === null) return NOTHING;
  switch (kind) {
    case "count":
      return round(value, 0);
    case "rate":
      return round(value, 2);
    case "share":
      return `${round(value * 100, 1)} %`;
    case "ms":
      return value >= 1000 ? `${round(value / 1000, 2)} s` : `${round(value, 0)} ms`;
    case "s":
      return `${round(value, 1)} s`;
    case "rating":
      return round(value, 2);
    case "score":
      return round(value, 3);
    case "db":
      return `${round(value, 1)} dB`;
    default: {
      const never: never = kind;
      return never;
    }
  }
}

function round(value: number, digits: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 });
}

/** "+12 %", "−3 %", "no change"; empty where there is nothing to compare with. */
export function changed(change: number | null): string {
  if (change === null) return "";
  const percent = Math.round(change * 100);
  if (percent === 0) return "no change";
  return `${percent > 0 ? "+" : "−"}${Math.abs(percent).toLocaleString("en")} %`;
}

/** Of a difference of two variants: points, or a share of the time, with its sign. */
export function difference(value: number | null, metric: string): string {
  if (value === null) return NOTHING;
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  const size = Math.abs(value);
  return sign + (metric === "latency" ? `${round(size * 100, 1)} %` : round(size, 2));
}

export function moment(at: number): string {
  const format = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" } as const;
  return Number.isFinite(at) ? new Date(at).toLocaleString("en", format) : NOTHING;
}
