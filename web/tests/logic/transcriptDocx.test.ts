// @vitest-environment jsdom
import JSZip from "jszip";
import { describe, expect, it } from "vitest";
import { recordedTranscript } from "../../src/logic/recordedTranscript";
import type { ChatLine } from "../../src/logic/chatLines";
import { inLanguage, type Transcript } from "../../src/logic/transcript";
import { fileName, fileOf } from "../../src/logic/transcriptFiles";
import { MARKED, UNMARKED } from "../marks";

const said = (at: number, speaker: string, language: string, source: string, text: string, note = "") =>
  JSON.stringify({
    segment: `1.1-${at}`,
    speaker,
    name: speaker === "ana" ? "Ana <b>& co" : "يوسف",
    language,
    source_language: source,
    start_s: at * 10,
    end_s: at * 10 + 2,
    text,
    note,
    doubt: "",
  });

const LINES = [
  said(1, "ana", "en", "en", "Good morning <all> & welcome.\u0001"),
  said(1, "ana", "ar", "en", "صباح الخير"),
  said(2, "yusuf", "ar", "ar", "شكرا"),
  said(2, "yusuf", "en", "ar", "Thank you."),
];

const transcript = (lines: readonly string[] = LINES): Transcript =>
  recordedTranscript([{ part: "p1", beganMs: 1_800_000_000_000, text: lines.join("\n") }], "Board & staff");

/** The file opened again: the text of its parts. */
async function opened(of: Transcript, marks = UNMARKED): Promise<{ xml: Document; words: string; names: string[] }> {
  const blob = await fileOf(of, "docx", "en", marks);
  const zip = await JSZip.loadAsync(await bytesOf(blob));
  const words = (await zip.file("word/document.xml")?.async("string")) ?? "";
  const xml = new DOMParser().parseFromString(words, "text/xml");
  expect(xml.querySelector("parsererror")).toBeNull();
  return { xml, words, names: Object.keys(zip.files) };
}

function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as ArrayBuffer));
    reader.readAsArrayBuffer(blob);
  });
}

const all = (within: Document | Element, name: string): Element[] => [...within.getElementsByTagName(name)];
const textOf = (element: Element): string =>
  all(element, "w:t")
    .map((text) => text.textContent)
    .join("");

describe("a Word document", () => {
  it("has the parts that Word asks for, a title and headings", async () => {
    const { xml, names } = await opened(transcript());

    expect(names).toEqual(expect.arrayContaining(["[Content_Types].xml", "word/document.xml", "word/styles.xml"]));
    const styles = all(xml, "w:pStyle").map((style) => style.getAttribute("w:val"));
    expect(styles).toEqual(expect.arrayContaining(["Title", "Heading1"]));
    expect(all(xml, "w:p").map(textOf)[0]).toBe("Board & staff");
  });

  it("has originals and translations side by side, each in the column of its language", async () => {
    const { xml } = await opened(transcript());
    const rows = all(xml, "w:tr").map((row) => all(row, "w:tc").map(textOf));

    expect(rows).toEqual([
      ["", "Arabic", "English"],
      ["Ana <b>& co  00:00:00", "صباح الخير", "Good morning <all> & welcome."],
      ["يوسف  00:00:10", "شكرا", "Thank you."],
    ]);
  });

  it("gives every speaker a colour of their own, the same throughout", async () => {
    const again = [...LINES, said(4, "ana", "en", "en", "Once more.")];
    const { xml } = await opened(transcript(again));
    const colours = all(xml, "w:tr")
      .slice(1)
      .map((row) => all(row, "w:color")[0]?.getAttribute("w:val"));

    expect(colours[0]).toBe(colours[2]);
    expect(colours[0]).not.toBe(colours[1]);
  });

  it("runs Arabic from right to left, and English from left to right", async () => {
    const { xml } = await opened(transcript());
    const runs = all(xml, "w:r").map((run) => [textOf(run), all(run, "w:rtl").length > 0]);
    const bidi = all(xml, "w:p")
      .filter((paragraph) => all(paragraph, "w:bidi").length > 0)
      .map(textOf);

    expect(runs).toEqual(
      expect.arrayContaining([
        ["صباح الخير", true],
        ["Good morning <all> & welcome.", false],
        ["يوسف", true],
      ]),
    );
    expect(bidi).toEqual(["صباح الخير", "شكرا"]);
  });

  it("flows in one language under the names of those who spoke", async () => {
    const { xml } = await opened(inLanguage(transcript(), "en"));

    expect(all(xml, "w:tbl")).toEqual([]);
    expect(all(xml, "w:p").map(textOf).slice(3)).toEqual([
      "Ana <b>& co  00:00:00",
      "Good morning <all> & welcome.",
      "يوسف  00:00:10",
      "Thank you.",
    ]);
  });

  it("lies across where upright columns would be too narrow", async () => {
    const more = ["de", "es", "fr"].map((code) => said(1, "ana", code, "en", code));
    const orient = async (lines: readonly string[]): Promise<string | null | undefined> =>
      all((await opened(transcript(lines))).xml, "w:pgSz")[0]?.getAttribute("w:orient");

    expect(await orient(LINES)).toBe("portrait");
    expect(await orient([...LINES, ...more])).toBe("landscape");
  });

  it.each(["aligned", "es"])(
    "says what a machine translated, and what was heard in a computed voice: %s",
    async (which) => {
      const lines = [
        said(1, "ana", "en", "en", "Good morning."),
        said(1, "ana", "es", "en", "Buenos días.").replace("}", ', "likeness": true}'),
        said(2, "ana", "en", "en", "Goodbye."),
        said(2, "ana", "es", "en", "Adiós."),
      ];
      const whole = transcript(lines);
      const { xml } = await opened(which === "aligned" ? whole : inLanguage(whole, which), MARKED);
      const written = all(xml, "w:p").map(textOf);

      expect(written[2]).toBe(MARKED.machine);
      expect(written).toContain("Buenos días. (computed)");
      expect(written).toContain("Adiós.");
      const spoken = await opened(inLanguage(whole, "original"), MARKED);
      expect(textOf(spoken.xml.documentElement)).not.toContain("machine");
    },
  );

  it("marks what was not translated, and can be empty", async () => {
    const { xml } = await opened(transcript([said(1, "ana", "es", "en", "Good morning", "no route")]));

    expect(textOf(xml.documentElement)).toContain("Good morning");
    expect(textOf((await opened(transcript([]))).xml.documentElement)).toBe("Board & staff");
    expect(fileName("Board & staff", "aligned", "docx")).toBe("Board-staff.aligned.docx");
  });

  const wrote = (
    atMs: number,
    writer: string,
    text: string,
    translation: ChatLine["translation"] = null,
  ): ChatLine => ({
    writer,
    name: writer === "ana" ? "Ana <b>& co" : writer,
    atMs: 1_800_000_000_000 + atMs,
    text,
    translation,
  });

  it("has what was written between what was said, over all columns, with its translation", async () => {
    const chat = [
      wrote(5_000, "ana", "See <this>\nand that\u0001"),
      wrote(60_000, "luc", "Merci", { language: "en", sourceLanguage: "fr", text: "Thanks", doubt: "" }),
    ];
    const said = transcript();
    const startMs = (at: number): number => said.beganMs - 1_800_000_000_000 + at;
    const shifted = chat.map((line) => ({ ...line, atMs: line.atMs + startMs(0) }));
    const { xml, words } = await opened({ ...said, chat: shifted });

    const rows = all(xml, "w:tr").map((row) => all(row, "w:tc").map(textOf));
    expect(rows.slice(1)).toEqual([
      ["Ana <b>& co  00:00:00", "صباح الخير", "Good morning <all> & welcome."],
      ["💬 Ana <b>& co  00:00:05", "See <this> and that"],
      ["يوسف  00:00:10", "شكرا", "Thank you."],
      ["💬 luc  00:01:00", "MerciThanks"],
    ]);
    expect(words.match(/w:gridSpan w:val="2"/g)).toHaveLength(2);
  });

  it("has what was written among what was said in one language", async () => {
    const said = inLanguage(transcript(), "en");
    const { xml } = await opened({ ...said, chat: [{ ...wrote(0, "luc", "Hello"), atMs: said.beganMs + 5_000 }] });

    expect(all(xml, "w:p").map(textOf).slice(3)).toEqual([
      "Ana <b>& co  00:00:00",
      "Good morning <all> & welcome.",
      "💬 luc  00:00:05",
      "Hello",
      "يوسف  00:00:10",
      "Thank you.",
    ]);
  });

  it("can hold what was written alone, from the first message on", async () => {
    const { xml } = await opened({ ...transcript([]), chat: [wrote(0, "luc", "Hello"), wrote(90_000, "ana", "Bye")] });
    const [title, began, ...rest] = all(xml, "w:p").map(textOf);

    expect([title, began?.includes("2027")]).toEqual(["Board & staff", true]);
    expect(rest).toEqual(["💬 luc  00:00:00", "Hello", "💬 Ana <b>& co  00:01:30", "Bye"]);
  });
});
