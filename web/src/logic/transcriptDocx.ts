/** A transcript as a Word document. Loaded only when somebody asks for one. */

import {
  AlignmentType,
  BorderStyle,
  Document,
  HeadingLevel,
  Packer,
  PageOrientation,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
  WidthType,
} from "docx";
import type { ChatLine } from "./chatLines";
import { directionOf, nameOf, sameLanguage } from "./languages";
import { originalOf, type Entry, type EntryText, type Transcript } from "./transcript";
import { headOf, type Marks } from "./transcriptMarks";
import { clock, nameIn, oneLine, shown, startOf } from "./transcriptFiles";

/** More columns are too narrow for an upright page. */
const MOST_UPRIGHT = 3;

/** Dark enough to be read on white; a speaker has the same throughout. */
const COLOURS = ["0B5C6B", "8A3B12", "5B3A8C", "1D6B34", "9C1F4B", "2A4FA3", "6B5A00", "4A4A4A"];

const DOUBT_COLOUR = "8A8A8A";

/** Twentieths of a point, as Word counts. */
const SPACE = { before: 60, after: 60 };

/** The file's bytes; `began` is the day and time of its head, written out. */
export async function writeDocx(
  transcript: Transcript,
  locale: string,
  began: string,
  marks: Marks,
): Promise<ArrayBuffer> {
  const { title, entries, languages, chat = [] } = transcript;
  const several = entries.some(({ texts }) => texts.length > 1);
  const colours = coloursOf(transcript);
  const head = [
    new Paragraph({ heading: HeadingLevel.TITLE, ...directed(title, locale), children: [run(title, locale)] }),
    ...(entries.length || chat.length ? [new Paragraph({ children: [run(began, locale)] })] : []),
    ...remark(headOf(transcript, marks), locale),
  ];
  const body = several
    ? [table(transcript, columnsOf(transcript), { locale, colours, marks })]
    : inOrder(
        transcript,
        (entry) => paragraphs(entry, { locale, colours, marks }),
        (line, atMs) => written(line, atMs, locale, colours),
      );
  const wide = several && columnsOf(transcript).length > MOST_UPRIGHT;
  const heading = several
    ? languages.map((code) => nameOf(code, locale)).join(" · ")
    : nameOf(entries[0]?.texts[0]?.language ?? "", locale);
  const document = new Document({
    title: oneLine(title),
    creator: "HIVE",
    sections: [
      {
        properties: {
          page: { size: { orientation: wide ? PageOrientation.LANDSCAPE : PageOrientation.PORTRAIT } },
        },
        children: [
          ...head,
          ...(entries.length
            ? [new Paragraph({ heading: HeadingLevel.HEADING_1, children: [run(heading, locale)] })]
            : []),
          ...body,
        ],
      },
    ],
  });
  return Packer.toArrayBuffer(document);
}

/** What was said and what was written, as one came after the other; a line's time counts from the beginning. */
function inOrder<Part>(
  transcript: Transcript,
  said: (entry: Entry) => Part[],
  wrote: (line: ChatLine, atMs: number) => Part[],
): Part[] {
  const startMs = startOf(transcript);
  const entries = transcript.entries.map((entry) => ({ atMs: entry.startMs, parts: said(entry) }));
  const lines = (transcript.chat ?? []).map((line) => {
    const atMs = line.atMs - startMs;
    return { atMs, parts: wrote(line, atMs) };
  });
  return [...entries, ...lines].sort((one, other) => one.atMs - other.atMs).flatMap(({ parts }) => parts);
}

/** In the order in which people first spoke, then of those who only wrote. */
function coloursOf({ entries, chat = [] }: Transcript): Map<string, string> {
  const speakers = [...new Set([...entries.map(({ speaker }) => speaker), ...chat.map(({ writer }) => writer)])];
  return new Map(speakers.map((speaker, at) => [speaker, COLOURS[at % COLOURS.length] as string]));
}

/** One column for each language; languages that serve the same reader share one. */
function columnsOf({ languages }: Transcript): string[] {
  return languages.filter((code, at) => !languages.slice(0, at).some((before) => sameLanguage(before, code)));
}

/** How a document looks to its reader. */
interface Look {
  readonly locale: string;
  readonly colours: ReadonlyMap<string, string>;
  readonly marks: Marks;
}

/** Said of the whole, beside what was said in it; nothing where there is nothing to say. */
function remark(text: string, locale: string): Paragraph[] {
  return text ? [new Paragraph({ ...directed(text, locale), children: [aside(text, locale)] })] : [];
}

function aside(text: string, language: string): TextRun {
  const written = { text: withoutControls(oneLine(text)), language: { value: language } };
  return new TextRun({ ...written, color: DOUBT_COLOUR, italics: true, ...rightToLeft(text, language) });
}

function paragraphs(entry: Entry, look: Look): Paragraph[] {
  const speaker = new Paragraph({ heading: HeadingLevel.HEADING_2, children: heads(entry, look.colours) });
  return [speaker, ...entry.texts.map((text) => paragraph(text, entry, look))];
}

function written(line: ChatLine, atMs: number, locale: string, colours: ReadonlyMap<string, string>): Paragraph[] {
  const writer = new Paragraph({ heading: HeadingLevel.HEADING_2, children: writerOf(line, atMs, colours) });
  return [writer, ...wordsOf(line, locale)];
}

/** What was written, and its translation for whoever keeps the record. */
function wordsOf({ text, translation }: ChatLine, locale: string): Paragraph[] {
  const texts = [{ text, language: locale }, ...(translation ? [translation] : [])];
  return texts.map(
    (one) =>
      new Paragraph({ spacing: SPACE, ...directed(one.text, one.language), children: [run(one.text, one.language)] }),
  );
}

/** Told from what was said by its sign, which needs no language. */
function writerOf({ name, writer }: ChatLine, atMs: number, colours: ReadonlyMap<string, string>): TextRun[] {
  return [new TextRun({ text: "💬 " }), ...heads({ name, speaker: writer, startMs: atMs }, colours)];
}

function table(transcript: Transcript, columns: readonly string[], look: Look): Table {
  const { locale, colours } = look;
  const width = { size: 100 / (columns.length + 0.6), type: WidthType.PERCENTAGE };
  const line = { style: BorderStyle.SINGLE, size: 4, color: "C8C8C8" };
  const header = new TableRow({
    tableHeader: true,
    children: [
      new TableCell({ children: [new Paragraph("")] }),
      ...columns.map(
        (code) =>
          new TableCell({
            width,
            children: [new Paragraph({ children: [new TextRun({ text: nameOf(code, locale), bold: true })] })],
          }),
      ),
    ],
  });
  const row = (head: TextRun[], cells: TableCell[]): TableRow =>
    new TableRow({
      cantSplit: true,
      children: [new TableCell({ children: [new Paragraph({ spacing: SPACE, children: head })] }), ...cells],
    });
  const rows = inOrder(
    transcript,
    (entry) => [
      row(
        heads(entry, colours),
        columns.map((code) => new TableCell({ width, children: cell(entry, code, look) })),
      ),
    ],
    (line, atMs) => [
      row(writerOf(line, atMs, colours), [
        new TableCell({ columnSpan: columns.length, children: wordsOf(line, locale) }),
      ]),
    ],
  );
  return new Table({
    width: { size: 100, type: WidthType.PERCENTAGE },
    borders: { top: line, bottom: line, left: line, right: line, insideHorizontal: line, insideVertical: line },
    rows: [header, ...rows],
  });
}

/** What there is in a language: what was said, or its translation; nothing where it was not translated. */
function cell(entry: Entry, code: string, look: Look): Paragraph[] {
  const original = originalOf(entry);
  const text =
    original && sameLanguage(original.language, code)
      ? original
      : entry.texts.find(({ language, note }) => !note && sameLanguage(language, code));
  return [text ? paragraph(text, entry, look) : new Paragraph("")];
}

function paragraph(text: EntryText, entry: Entry, { locale, marks }: Look): Paragraph {
  const language = text.note ? entry.sourceLanguage : text.language;
  return new Paragraph({
    spacing: SPACE,
    ...directed(text.text, language),
    children: [
      run(shown(text, entry), language),
      ...(text.likeness ? [new TextRun(" "), aside(`(${marks.likeness})`, locale)] : []),
      ...(text.doubt ? [new TextRun({ text: ` (${oneLine(text.doubt)})`, color: DOUBT_COLOUR, italics: true })] : []),
    ],
  });
}

function heads(entry: Pick<Entry, "name" | "speaker" | "startMs">, colours: ReadonlyMap<string, string>): TextRun[] {
  const name = nameIn(entry);
  return [
    new TextRun({
      text: name,
      bold: true,
      color: colours.get(entry.speaker) ?? "000000",
      ...rightToLeft(name, "en"),
    }),
    new TextRun({ text: `  ${clock(entry.startMs, ".").slice(0, -4)}`, color: DOUBT_COLOUR }),
  ];
}

function run(text: string, language: string): TextRun {
  return new TextRun({
    text: withoutControls(oneLine(text)),
    language: { value: language },
    ...rightToLeft(text, language),
  });
}

function directed(text: string, language: string): { bidirectional?: true; alignment: typeof AlignmentType.START } {
  const bidirectional = directionIn(text, language) === "rtl" ? { bidirectional: true as const } : {};
  return { ...bidirectional, alignment: AlignmentType.START };
}

function rightToLeft(text: string, language: string): { rightToLeft?: true } {
  return directionIn(text, language) === "rtl" ? { rightToLeft: true } : {};
}

const RTL_LETTER = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
const LETTER = /\p{L}/u;

/** By its first letter, where it has one: a Hebrew sentence that was not translated stays one among English ones. */
function directionIn(text: string, language: string): "rtl" | "ltr" {
  const first = [...text].find((character) => LETTER.test(character));
  if (first === undefined) return directionOf(language);
  return RTL_LETTER.test(first) ? "rtl" : "ltr";
}

/** What XML cannot hold. */
function withoutControls(text: string): string {
  return [...text].filter((character) => isXml(character.codePointAt(0) ?? 0)).join("");
}

function isXml(point: number): boolean {
  return (
    (point >= 0x20 && point <= 0xd7ff) ||
    (point >= 0xe000 && point <= 0xfffd) ||
    (point >= 0x10000 && point <= 0x10ffff)
  );
}
