/** Hands a file to the browser's own saving. */
export function download(content: Blob, name: string): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has read the address by the time its next task runs; a minute is safe for slow ones.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
