import type { Metrics, Trend } from "./api";
import type { Kind } from "./figures";
import { Plot } from "./Plot";
import { Table } from "./Table";
import { useFigures, useNameOf, useWords } from "./useWords";

const CARDS = [
  { name: "requests_per_minute", kind: "rate" },
  { name: "messages", kind: "count" },
  { name: "latency_p50_ms", kind: "ms" },
  { name: "latency_p95_ms", kind: "ms" },
  { name: "failed_requests_share", kind: "share" },
  { name: "failed_messages_share", kind: "share" },
  { name: "cached_share", kind: "share" },
  { name: "rating", kind: "rating" },
  { name: "ratings", kind: "count" },
  { name: "translation_correct_share", kind: "share" },
  { name: "sounds_like_me_share", kind: "share" },
  { name: "voice_similarity", kind: "score" },
  { name: "transcript_confidence", kind: "score" },
  { name: "translation_score", kind: "score" },
  { name: "signal_to_noise_db", kind: "db" },
] as const satisfies readonly { readonly name: string; readonly kind: Kind }[];
const NONE: Trend = { now: null, before: null, change: null };

/** What is measured, as cards, plots and tables. */
export function FiguresSection({ metrics }: { metrics: Metrics }) {
  const { text } = useWords();
  const { written } = useFigures();
  const nameOf = useNameOf();
  const { points } = metrics;
  const times = points.map((point) => point.at);
  return (
    <>
      <section aria-labelledby="figures-title">
        <h2 id="figures-title">{text("figures.title")}</h2>
        <dl className="figures">
          {CARDS.map(({ name, kind }) => (
            <div key={name}>
              <dt>{text(`figure.${name}`)}</dt>
              <Figure trend={metrics.trends[name] ?? NONE} kind={kind} />
            </div>
          ))}
        </dl>
        <div className="plots">
          <Plot
            title={text("figure.requests_per_minute")}
            kind="rate"
            times={times}
            series={[{ name: text("figure.requests_per_minute"), values: points.map((point) => point.requests) }]}
          />
          <Plot
            title={text("plot.latency")}
            kind="ms"
            times={times}
            series={[
              { name: text("plot.half"), values: points.map((point) => point.p50) },
              { name: text("plot.most"), values: points.map((point) => point.p95) },
            ]}
          />
          <Plot
            title={text("figure.messages")}
            kind="count"
            times={times}
            series={[
              { name: text("plot.all"), values: points.map((point) => point.messages) },
              { name: text("plot.cached"), values: points.map((point) => point.cached) },
              { name: text("plot.failed"), values: points.map((point) => point.failed) },
            ]}
          />
          <Plot
            title={text("plot.rating")}
            kind="rating"
            top={5}
            times={times}
            series={[{ name: text("plot.meanRating"), values: points.map((point) => point.rating) }]}
          />
        </div>
      </section>
      <section aria-labelledby="languages-title">
        <h2 id="languages-title">{text("pairs.title")}</h2>
        <Table
          title={text("pairs.table")}
          heads={[
            text("pairs.pair"),
            text("head.messages"),
            text("plot.rating"),
            text("figure.ratings"),
            text("head.words"),
            text("head.translation"),
            text("head.voice"),
          ]}
          empty={text("pairs.empty")}
          rows={metrics.pairs.map((pair) => ({
            id: `${pair.source} ${pair.target}`,
            cells: [
              `${pair.source} → ${pair.target}`,
              <WithChange key="m" trend={pair.messages} kind="count" />,
              <WithChange key="r" trend={pair.rating} kind="rating" />,
              pair.ratings,
              <WithChange key="c" trend={pair.confidence} kind="score" />,
              <WithChange key="t" trend={pair.translation} kind="score" />,
              <WithChange key="v" trend={pair.similarity} kind="score" />,
            ],
          }))}
        />
      </section>
      <section aria-labelledby="use-title">
        <h2 id="use-title">{text("use.title")}</h2>
        <Table
          title={text("routes.table")}
          heads={[
            text("routes.route"),
            text("routes.requests"),
            text("routes.refused"),
            text("routes.failed"),
            text("routes.mean"),
          ]}
          empty={text("routes.empty")}
          rows={metrics.routes.map((route) => ({
            id: route.route,
            cells: [route.route, route.requests, route.refused, route.failed, written(route.meanMs, "ms")],
          }))}
        />
        <Table
          title={text("cache.table")}
          heads={[text("cache.where"), text("cache.times")]}
          empty={text("cache.empty")}
          rows={metrics.cache.map(({ level, times }) => ({
            id: level,
            cells: [nameOf("cache", level), <WithChange key="t" trend={times} kind="count" />],
          }))}
        />
        <Table
          title={text("voices.table")}
          heads={[text("head.voice"), text("cache.times")]}
          empty={text("voices.empty")}
          rows={metrics.voices.map(({ name, times }) => ({ id: name, cells: [name, times] }))}
        />
      </section>
    </>
  );
}

function Figure({ trend, kind }: { trend: Trend; kind: Kind }) {
  const { text } = useWords();
  const { written, changed } = useFigures();
  const change = changed(trend.change);
  return (
    <dd>
      <span className="figure-now">{written(trend.now, kind)}</span>
      {change && <span className="hint">{text("figure.from", { change, before: written(trend.before, kind) })}</span>}
    </dd>
  );
}

function WithChange({ trend, kind }: { trend: Trend; kind: Kind }) {
  const { written, changed } = useFigures();
  const change = changed(trend.change);
  return (
    <>
      {written(trend.now, kind)}
      {change && <span className="hint"> ({change})</span>}
    </>
  );
}
