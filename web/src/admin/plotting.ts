/** Where the lines of a plot lie; no drawing. */

export const WIDTH = 320;
export const HEIGHT = 120;

/** The next "round" number that is not below a value: 1, 2 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= value * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** The path of a line in a box of WIDTH × HEIGHT, from 0 at its foot to `top`; it breaks where nothing was measured. */
export function line(values: readonly (number | null)[], top: number): string {
  const step = WIDTH / Math.max(1, values.length - 1);
  let path = "";
  let drawing = false;
  values.forEach((value, place) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const x = (values.length === 1 ? WIDTH / 2 : place * step).toFixed(1);
    const y = (HEIGHT - (Math.min(Math.max(value, 0), top) / top) * HEIGHT).toFixed(1);
    const alone = (values[place - 1] ?? null) === null && (values[place + 1] ?? null) === null;
    path += `${drawing ? "L" : "M"}${x} ${y}`;
    if (alone) path += "h0.1"; // a dot, by its round ends
    drawing = true;
  });
  return path;
}
