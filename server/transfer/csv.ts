// Cells of CSV files (RFC 4180) that no spreadsheet takes for a formula. What could be one gets an apostrophe before it,
// and so does what begins with an apostrophe: so taking one away always gives back the text that there was.

// What makes a formula in one program or another, at the beginning or behind blanks. Only for text: a number of ours may
// begin with a minus, and has to stay a number.
const dangerous = /^[\s\u00a0]*[=+\-@\t\r\n＝＋－＠']/;

/** The text of a cell that holds a text. */
export const guard = (text: string): string => (dangerous.test(text) ? `'${text}` : text);

/** The text that was guarded. */
export const unguard = (cell: string): string => (cell.startsWith("'") ? cell.slice(1) : cell);

const special = /[",\r\n;\t]|^\s|\s$/;

/** One record, with its line end. Null is an empty cell. */
export const csvRecord = (cells: readonly (string | number | null)[]): string => {
  let record = "";
  for (const [index, cell] of cells.entries()) {
    const text = cell === null ? "" : String(cell);
    if (index > 0) record += ",";
    record += special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  }
  return `${record}\r\n`;
};
