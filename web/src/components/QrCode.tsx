import encodeQR from "qr";
import { useMemo } from "react";

/** Modules of quiet around it, as the standard asks. */
const QUIET = 4;

/** A link for the camera of a phone: dark on white in every colour scheme, as many readers know nothing else. */
export function QrCode({ value, label }: { value: string; label: string }) {
  const { size, path } = useMemo(() => drawn(encodeQR(value, "raw", { ecc: "medium", border: QUIET })), [value]);
  return (
    <svg className="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <path className="qr-quiet" d={`M0 0h${size}v${size}h-${size}z`} />
      <path className="qr-modules" d={path} />
    </svg>
  );
}

/** One square for each dark module. */
function drawn(rows: readonly (readonly boolean[])[]): { size: number; path: string } {
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return { size: rows.length, path: dark.join("") };
}
