import { expect, it } from "vitest";
import { webAddress } from "../../src/logic/webAddress";

it.each(["https://example.org/privacy", "http://intranet/data?x=1#handling"])(
  "is an address of the web: %s",
  (value) => {
    expect(webAddress(value)).toBe(value);
  },
);

it.each([
  null,
  undefined,
  "",
  "privacy",
  "/privacy",
  "//example.org",
  "javascript:alert(1)",
  " JavaScript:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "blob:https://example.org/1",
  "file:///etc/passwd",
  "ftp://example.org",
  "mailto:ana@example.org",
  "https://",
  "http://[",
  `https://example.org/${"x".repeat(5000)}`,
  7,
  {},
  ["https://example.org"],
])("is none, and no link: %j", (value) => {
  expect(webAddress(value)).toBeNull();
});
