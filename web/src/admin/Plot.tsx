import { useId } from "react";
import type { Kind } from "./figures";
import { HEIGHT, line, roundUp, WIDTH } from "./plotting";
import { useFigures, useWords } from "./useWords";

export interface Series {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

/** Lines over time, with the same figures as a table. */
export function Plot({
  title,
  kind,
  times,
  series,
  top,
}: {
  title: string;
  kind: Kind;
  /** Unix times, ms, one for each value. */
  times: readonly number[];
  series: readonly Series[];
  /** The highest value there is; unless given, that of the lines. */
  top?: number;
}) {
  const id = useId();
  const { text } = useWords();
  const { moment, written } = useFigures();
  const highest = Math.max(0, ...series.flatMap((each) => each.values.map((value) => value ?? 0)));
  const limit = top ?? roundUp(highest);
  const measured = series.some((each) => each.values.some((value) => value !== null));
  return (
    <figure className="plot" aria-labelledby={id}>
      <figcaption id={id}>{title}</figcaption>
      {!measured && <p className="hint">{text("plot.nothing")}</p>}
      {measured && (
        <>
          <div className="plot-box" aria-hidden="true">
            <span className="plot-top">{written(limit, kind)}</span>
            <svg viewBox={`-4 -4 ${WIDTH + 8} ${HEIGHT + 8}`} preserveAspectRatio="none">
              <path className="plot-grid" d={`M0 0H${WIDTH}M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT}H${WIDTH}`} />
              {series.map((each, number) => (
                <path key={each.name} className={`plot-line plot-line-${number}`} d={line(each.values, limit)} />
              ))}
            </svg>
            <div className="plot-times">
              <bdi>{moment(times[0] ?? NaN)}</bdi>
              <bdi>{moment(times[times.length - 1] ?? NaN)}</bdi>
            </div>
          </div>
          {series.length > 1 && (
            <ul className="plot-key" aria-hidden="true">
              {series.map((each, number) => (
                <li key={each.name}>
                  <svg viewBox="0 0 24 8" className="plot-sample">
                    <path className={`plot-line plot-line-${number}`} d="M1 4H23" />
                  </svg>
                  {each.name}
                </li>
              ))}
            </ul>
          )}
          <details>
            <summary>{text("plot.table", { title })}</summary>
            <div className="table-scroll" tabIndex={0} role="region" aria-label={text("table.of", { title })}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">{text("plot.from")}</th>
                    {series.map((each) => (
                      <th key={each.name} scope="col">
                        {each.name}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {times.map((at, place) => (
                    <tr key={at}>
                      <th scope="row">{moment(at)}</th>
                      {series.map((each) => (
                        <td key={each.name}>{written(each.values[place] ?? null, kind)}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          </details>
        </>
      )}
    </figure>
  );
}
