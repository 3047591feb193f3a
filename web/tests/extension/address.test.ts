import { describe, expect, it } from "vitest";
import { readAddress, readCode } from "../../../extension/src/logic/address";

describe("the address of an installation", () => {
  it.each([
    ["hive.example.org", { base: "https://hive.example.org" }],
    [" https://hive.example.org/room/x#y ", { base: "https://hive.example.org" }],
    ["https://hive.example.org:8443", { base: "https://hive.example.org:8443" }],
    ["http://localhost:8004", { base: "http://localhost:8004" }],
    ["http://127.0.0.1:8004/", { base: "http://127.0.0.1:8004" }],
    ["http://hive.example.org", { problem: "insecure" }],
    ["http://127.0.0.1.example.org", { problem: "insecure" }],
    ["", { problem: "unreadable" }],
    ["hive example", { problem: "unreadable" }],
    ["javascript://x", { problem: "unreadable" }],
    ["ftp://hive.example.org", { problem: "unreadable" }],
    ["https://me:secret@hive.example.org", { problem: "unreadable" }],
  ] as const)("%s", (typed, read) => {
    expect(readAddress(typed)).toEqual(read);
  });
});

describe("a pairing code", () => {
  it.each([
    ["abcd-efgh", "ABCD-EFGH"],
    [" AB CD EF GH ", "ABCD-EFGH"],
    ["ABCDEFGH", "ABCD-EFGH"],
    ["ABC", "ABC"],
  ])("%s", (typed, code) => {
    expect(readCode(typed)).toBe(code);
  });
});
