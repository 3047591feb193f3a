/** Strokes on a field of 20 by 20. */
const STROKES = {
  move: "M10 2v16M2 10h16M7.5 4.5 10 2l2.5 2.5M7.5 15.5 10 18l2.5-2.5M4.5 7.5 2 10l2.5 2.5M15.5 7.5 18 10l-2.5 2.5",
  smaller: "M2 15 6.5 5 11 15M3.5 12h6M13 10h5",
  larger: "M2 15 6.5 5 11 15M3.5 12h6M13 10h5M15.5 7.5v5",
  contrast: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14M10 5v10M8 5v10M6 6.5v7",
} as const;

export function Glyph({ of }: { of: keyof typeof STROKES }) {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path d={STROKES[of]} />
    </svg>
  );
}
