// @vitest-environment jsdom
import { cleanup, configure, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import GlossaryImport from "../../src/components/GlossaryImport";
import { I18nProvider } from "../../src/hooks/useI18n";
import { PreferencesProvider } from "../../src/hooks/usePreferences";
import { MOST_TABLE_CHARACTERS } from "../../src/logic/glossaryImport";

beforeAll(() => configure({ asyncUtilTimeout: 10_000 })); // a bound, not a wait
afterEach(cleanup);

async function open() {
  const onImport = vi.fn();
  render(
    <PreferencesProvider>
      <I18nProvider>
        <GlossaryImport language="en" target="es" onImport={onImport} />
      </I18nProvider>
    </PreferencesProvider>,
  );
  return { onImport, table: (await screen.findByLabelText("Table")) as HTMLTextAreaElement };
}

describe("taking a table into the glossary", () => {
  it("shows what it holds and what is wrong with it before anything is added", async () => {
    const { onImport, table } = await open();
    fireEvent.change(table, { target: { value: "HIVE,HIVE\n,nada\nboard,junta" } });

    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual([
      "Line 2: there is no term",
      "HIVE → HIVE",
      "board → junta",
    ]);
    expect(onImport).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Add 2 terms" }));

    expect(onImport.mock.calls[0]?.[0].map(({ source }: { source: string }) => source)).toEqual(["HIVE", "board"]);
    expect(table.value).toBe("");
  });

  it("takes a file, and no more than fits", async () => {
    const { table } = await open();
    const choose = (text: string) =>
      fireEvent.change(screen.getByLabelText("CSV or TSV file"), {
        target: { files: [Object.assign(new File([text], "terms.tsv"), { text: () => Promise.resolve(text) })] },
      });
    choose("HIVE\tHIVE");
    expect(await screen.findByText("HIVE → HIVE")).toBeTruthy();
    choose("x".repeat(MOST_TABLE_CHARACTERS + 1));

    expect((await screen.findByRole("alert")).textContent).toBe("This table is larger than 300 kB.");
    expect(table.value).toBe("");
  });
});
