import { Fragment, useLayoutEffect, useRef } from "react";
import type { ShownRow } from "@hive/logic/captionView";
import { directionOf } from "@hive/logic/languages";
import { between } from "@hive/logic/paragraphs";
import { words } from "../i18n/words";
import type { Line } from "../logic/call";

/** The newest captions; the last one stays in sight. */
export function Lines({ lines }: { lines: readonly Line[] }) {
  const scroller = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element) element.scrollTop = element.scrollHeight;
  });
  return (
    <div className="lines" ref={scroller} role="log" aria-label={words.text("captions.label")} tabIndex={0}>
      {lines.length === 0 && <p className="lines-empty">{words.text("captions.empty")}</p>}
      {lines.map((line) => (
        <div key={line.key} className="line" data-speaker={line.speaker}>
          {line.named && <span className="line-speaker">{words.text(`captions.${line.speaker}`)}</span>}
          {line.rows.map((row) => (
            <Row key={row.kind} row={row} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Row({ row }: { row: ShownRow }) {
  return (
    <p className="line-text" data-kind={row.kind} lang={row.language} dir={directionOf(row.language)}>
      {row.clauses.map((clause, at) => (
        <Fragment key={clause.key}>
          {at > 0 && between(row.clauses[at - 1]?.committed ?? "", clause.committed, row.language)}
          <span className="committed">{clause.committed}</span>
          {clause.tentative && <span className="tentative">{clause.tentative}</span>}
          {clause.doubt && <span className="line-note"> ({words.text("captions.doubt")})</span>}
          {clause.note && <span className="line-note"> ({words.text("captions.note")})</span>}
        </Fragment>
      ))}
    </p>
  );
}
