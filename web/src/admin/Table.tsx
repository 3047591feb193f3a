import type { ReactNode } from "react";

/** A table that scrolls by itself on a small screen; the first cell of a row names it. */
export function Table({
  title,
  heads,
  rows,
  empty,
}: {
  title: string;
  heads: readonly string[];
  rows: readonly { readonly id: string; readonly cells: readonly ReactNode[] }[];
  empty: string;
}) {
  if (rows.length === 0) return <p className="hint">{empty}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={`Table: ${title}`}>
      <table>
        <caption className="unseen">{title}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, cells }) => (
            <tr key={id}>
              {cells.map((cell, place) =>
                place === 0 ? (
                  <th key={heads[place]} scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={heads[place]}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
