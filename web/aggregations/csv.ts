// Rows as a file for spreadsheets (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe before
// it; numbers stay untouched, and so exact.

/** A number as its exact text, or a text. */
export type Cell = { readonly number: string } | string;

/** The rows under their heads, lines ended by CR LF. */
export const toCsv = (heads: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [heads, ...rows].map((row) => `${row.map(writeCell).join(",")}\r\n`).join("");

const writeCell = (cell: Cell): string => {
  if (typeof cell === "object") return cell.number;
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Gives the text to the browser as a file to keep. */
export const saveFile = ({ name, type, text }: { name: string; type: string; text: string }): void => {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The download has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};
