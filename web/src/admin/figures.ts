/** Figures as they are written. What was not measured is a dash. */

import { directionOf } from "../logic/languages";

const NOTHING = "–";
const GIB = 2 ** 30;

export type Kind = "count" | "rate" | "share" | "ms" | "s" | "rating" | "score" | "db" | "bytes";

/**
 * Writes them as a language does.
 *
 * `locale`: BCP 47. `same`: that nothing has changed, in its words.
 */
export class Figures {
  constructor(
    private readonly locale: string,
    private readonly same: string,
  ) {}

  readonly written = (value: number | null, kind: Kind): string => {
    if (value === null) return NOTHING;
    switch (kind) {
      case "count":
        return this.round(value, 0);
      case "rate":
        return this.round(value, 2);
      case "share":
        return this.percent(value, 1);
      case "ms":
        return value >= 1000 ? this.unit(this.round(value / 1000, 2), "s") : this.unit(this.round(value, 0), "ms");
      case "s":
        return this.unit(this.round(value, 1), "s");
      case "rating":
        return this.round(value, 2);
      case "score":
        return this.round(value, 3);
      case "db":
        return this.unit(this.round(value, 1), "dB");
      case "bytes":
        return this.unit(this.round(value / GIB, 1), "GiB");
      default: {
        const never: never = kind;
        return never;
      }
    }
  };

  /** "+12%", "−3%", that nothing has changed; empty where there is nothing to compare with. */
  readonly changed = (change: number | null): string => {
    if (change === null) return "";
    const percent = Math.round(change * 100);
    if (percent === 0) return this.same;
    return signed(percent) + this.percent(Math.abs(percent) / 100, 0);
  };

  /** Of a difference of two variants: points, or a share of the time, with its sign. */
  readonly difference = (value: number | null, metric: string): string => {
    if (value === null) return NOTHING;
    const size = Math.abs(value);
    return signed(value) + (metric === "latency" ? this.percent(size, 1) : this.round(size, 2));
  };

  /** A moment, Unix time in ms, to the minute. */
  readonly moment = (at: number): string => {
    const format = { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" } as const;
    return Number.isFinite(at) ? new Date(at).toLocaleString(this.locale, format) : NOTHING;
  };

  private round(value: number, digits: number): string {
    return value.toLocaleString(this.locale, { maximumFractionDigits: digits, minimumFractionDigits: 0 });
  }

  /** A line must not break between the two, and they keep their order among words from right to left. */
  private unit(number: string, name: string): string {
    const whole = `${number}\u00a0${name}`;
    return directionOf(this.locale) === "rtl" ? `\u2066${whole}\u2069` : whole;
  }

  private percent(share: number, digits: number): string {
    return share.toLocaleString(this.locale, { style: "percent", maximumFractionDigits: digits });
  }
}

function signed(value: number): string {
  return value > 0 ? "+" : value < 0 ? "−" : "";
}
