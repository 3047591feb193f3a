// @vitest-environment jsdom
import { cleanup, render, screen } from "@testing-library/react";
import decodeQR from "qr/decode.js";
import { afterEach, expect, it } from "vitest";
import { QrCode } from "../../src/components/QrCode";

afterEach(cleanup);

const PIXELS = 4;

/** What a camera would see of the drawing: RGBA, so many pixels for each module. */
function seen(drawing: Element): { width: number; height: number; data: Uint8ClampedArray } {
  const size = Number(drawing.getAttribute("viewBox")?.split(" ")[2]);
  const width = size * PIXELS;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  const squares =
    drawing
      .querySelector(".qr-modules")
      ?.getAttribute("d")
      ?.matchAll(/M(\d+) (\d+)h1v1h-1z/g) ?? [];
  for (const [, x, y] of squares)
    for (let row = 0; row < PIXELS; row += 1)
      for (let column = 0; column < PIXELS; column += 1) {
        const at = ((Number(y) * PIXELS + row) * width + Number(x) * PIXELS + column) * 4;
        data.fill(0, at, at + 3);
      }
  return { width, height: width, data };
}

it.each([
  "https://meet.example/join#guests",
  `http://192.168.0.7:8004/join#${"eyJhbGciOiJIUzI1NiJ9.".repeat(15)}`,
  "https://bücher.example/join#ß",
])("a link is read again by a camera: %s", (link) => {
  render(<QrCode value={link} label="QR code" />);
  expect(decodeQR(seen(screen.getByRole("img", { name: "QR code" })))).toBe(link);
});
