import type { ReactNode } from "react";
import { useWords } from "./useWords";

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
  const { text } = useWords();
  if (rows.length === 0) return <p className="hint">{empty}</p>;
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={text("table.of", { title })}>
      <table>
        <caption className="unseen">{title}</caption>
        <thead>
          <tr>
            {heads.map((head, place) => (
              <th key={`${place} ${head}`} scope="col">
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
                  <th key="name" scope="row">
                    {cell}
                  </th>
                ) : (
                  <td key={`${place} ${heads[place]}`}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
