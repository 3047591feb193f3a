// @vitest-environment jsdom
import { act, cleanup, renderHook, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { usePopOut } from "../../src/hooks/usePopOut";

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  document.head.replaceChildren();
  for (const name of ["dir", "data-theme"]) document.documentElement.removeAttribute(name);
});

/** A window as the browser would open it; the page of a frame is a document of its own. */
function openable() {
  const frame = document.body.appendChild(document.createElement("iframe"));
  const made = frame.contentWindow!;
  const close = vi.spyOn(made, "close").mockImplementation(() => undefined);
  const requestWindow = vi.fn(() => Promise.resolve(made));
  vi.stubGlobal("documentPictureInPicture", { requestWindow });
  return { made, close, requestWindow };
}

it("a window of one's own looks as the page does, also when that changes, and closes with its part of the page", async () => {
  const { made, close } = openable();
  document.head.innerHTML = '<link rel="stylesheet" href="/assets/page.css"><style>p { color: red }</style>';
  document.documentElement.dir = "rtl";
  const { result, unmount } = renderHook(() => usePopOut("Captions"));
  act(() => result.current.open?.());
  await waitFor(() => expect(result.current.place).toBe(made.document.body));

  const styles = [...made.document.head.querySelectorAll("link, style")];
  expect(styles.map((one) => one.getAttribute("href") ?? one.textContent)).toEqual([
    new URL("/assets/page.css", document.baseURI).href,
    "p { color: red }",
  ]);
  expect([made.document.title, made.document.documentElement.dir]).toEqual(["Captions", "rtl"]);
  document.documentElement.dataset["theme"] = "dark";
  await waitFor(() => expect(made.document.documentElement.dataset["theme"]).toBe("dark"));
  expect(close).not.toHaveBeenCalled();
  unmount();
  expect(close).toHaveBeenCalledOnce();
});

it("what is closed by its own sign comes back into the page", async () => {
  const { made } = openable();
  const { result } = renderHook(() => usePopOut("Captions"));
  act(() => result.current.open?.());
  await waitFor(() => expect(result.current.place).not.toBeNull());
  act(() => void made.dispatchEvent(new Event("pagehide")));
  expect(result.current.place).toBeNull();
});

it("a window that opens after its part of the page has gone is closed at once, and a refusal changes nothing", async () => {
  const { close, requestWindow } = openable();
  const gone = renderHook(() => usePopOut("Captions"));
  gone.result.current.open?.();
  gone.unmount();
  await waitFor(() => expect(close).toHaveBeenCalledOnce());

  requestWindow.mockRejectedValue(new DOMException("no", "NotAllowedError"));
  const told = vi.spyOn(console, "info").mockImplementation(() => undefined);
  const { result } = renderHook(() => usePopOut("Captions"));
  act(() => result.current.open?.());
  await waitFor(() => expect(told).toHaveBeenCalledWith("no window of its own", "NotAllowedError"));
  expect(result.current.place).toBeNull();
});

it("nothing is offered where the browser has no such windows", () => {
  const { result } = renderHook(() => usePopOut("Captions"));
  expect(result.current.open).toBeNull();
});
