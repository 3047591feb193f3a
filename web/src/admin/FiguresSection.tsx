import type { Metrics, Trend } from "./api";
import { changed, written, type Kind } from "./figures";
import { Plot } from "./Plot";
import { Table } from "./Table";

const CARDS: readonly { readonly name: string; readonly label: string; readonly kind: Kind }[] = [
  { name: "requests_per_minute", label: "Requests a minute", kind: "rate" },
  { name: "messages", label: "Voice messages", kind: "count" },
  { name: "latency_p50_ms", label: "Half are done within", kind: "ms" },
  { name: "latency_p95_ms", label: "95 of 100 within", kind: "ms" },
  { name: "failed_requests_share", label: "Requests that failed", kind: "share" },
  { name: "failed_messages_share", label: "Messages that failed", kind: "share" },
  { name: "cached_share", label: "Answered from before", kind: "share" },
  { name: "rating", label: "Rating, 1 to 5", kind: "rating" },
  { name: "ratings", label: "Ratings", kind: "count" },
  { name: "translation_correct_share", label: "Translation correct", kind: "share" },
  { name: "sounds_like_me_share", label: "Sounds like me", kind: "share" },
  { name: "voice_similarity", label: "Similarity of voices", kind: "score" },
  { name: "transcript_confidence", label: "Sure of the words", kind: "score" },
  { name: "translation_score", label: "Sure of the translation", kind: "score" },
  { name: "signal_to_noise_db", label: "Speech above noise", kind: "db" },
];
const NONE: Trend = { now: null, before: null, change: null };

/** What is measured, as cards, plots and tables. */
export function FiguresSection({ metrics }: { metrics: Metrics }) {
  const { points } = metrics;
  const times = points.map((point) => point.at);
  return (
    <>
      <section aria-labelledby="figures-title">
        <h2 id="figures-title">Figures</h2>
        <dl className="figures">
          {CARDS.map(({ name, label, kind }) => (
            <div key={name}>
              <dt>{label}</dt>
              <Figure trend={metrics.trends[name] ?? NONE} kind={kind} />
            </div>
          ))}
        </dl>
        <div className="plots">
          <Plot
            title="Requests a minute"
            kind="rate"
            times={times}
            series={[{ name: "Requests a minute", values: points.map((point) => point.requests) }]}
          />
          <Plot
            title="How long messages take"
            kind="ms"
            times={times}
            series={[
              { name: "Half within", values: points.map((point) => point.p50) },
              { name: "95 of 100 within", values: points.map((point) => point.p95) },
            ]}
          />
          <Plot
            title="Voice messages"
            kind="count"
            times={times}
            series={[
              { name: "All", values: points.map((point) => point.messages) },
              { name: "From before", values: points.map((point) => point.cached) },
              { name: "Failed", values: points.map((point) => point.failed) },
            ]}
          />
          <Plot
            title="Rating"
            kind="rating"
            top={5}
            times={times}
            series={[{ name: "Mean rating", values: points.map((point) => point.rating) }]}
          />
        </div>
      </section>
      <section aria-labelledby="languages-title">
        <h2 id="languages-title">Languages</h2>
        <Table
          title="Quality by languages"
          heads={["From and into", "Messages", "Rating", "Ratings", "Words", "Translation", "Voice"]}
          empty="No message has come."
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
        <h2 id="use-title">Use</h2>
        <Table
          title="Requests by route"
          heads={["Route", "Requests", "Refused", "Failed", "Mean time"]}
          empty="Nothing was asked."
          rows={metrics.routes.map((route) => ({
            id: route.route,
            cells: [route.route, route.requests, route.refused, route.failed, written(route.meanMs, "ms")],
          }))}
        />
        <Table
          title="Where remembered answers were found"
          heads={["Where", "Times"]}
          empty="Nothing that is remembered was asked for."
          rows={metrics.cache.map(({ level, times }) => ({
            id: level,
            cells: [level, <WithChange key="t" trend={times} kind="count" />],
          }))}
        />
        <Table
          title="Voices that spoke a text"
          heads={["Voice", "Times"]}
          empty="No text was spoken."
          rows={metrics.voices.map(({ name, times }) => ({ id: name, cells: [name, times] }))}
        />
      </section>
    </>
  );
}

function Figure({ trend, kind }: { trend: Trend; kind: Kind }) {
  const change = changed(trend.change);
  return (
    <dd>
      <span className="figure-now">{written(trend.now, kind)}</span>
      {change && (
        <span className="hint">
          {change} from {written(trend.before, kind)}
        </span>
      )}
    </dd>
  );
}

function WithChange({ trend, kind }: { trend: Trend; kind: Kind }) {
  const change = changed(trend.change);
  return (
    <>
      {written(trend.now, kind)}
      {change && <span className="hint"> ({change})</span>}
    </>
  );
}
