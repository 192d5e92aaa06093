// Small damage to bytes: some are changed, left out, put in, or said again.
import fc from "fast-check";

interface Edit {
  readonly kind: "change" | "remove" | "insert" | "repeat";
  /** Where, from 0 to below 1. */
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

/** What may be put in: bytes that mean something somewhere. */
const PIECES = [
  ...[
    "\u0000",
    "\u007f",
    "\r\n",
    "\r\n\r\n",
    "{",
    "}",
    "[",
    "]",
    '"',
    "\\",
    "\\u0000",
    "\\ud800",
    ":",
    ",",
    "-",
    "1e999",
    "null",
  ],
  ...[
    '"__proto__":',
    '"constructor":',
    "99999999999999999999",
    "\u{1f600}",
    "\ufeff",
    "'",
    "%00",
    "<!--",
    "#",
    "...",
    "@",
  ],
];

const edits = fc.array(
  fc.record<Edit>({
    kind: fc.constantFrom("change", "remove", "insert", "repeat"),
    at: fc.double({ min: 0, max: 0.999, noNaN: true }),
    length: fc.integer({ min: 1, max: 12 }),
    piece: fc.constantFrom(...PIECES),
  }),
  { minLength: 1, maxLength: 4 },
);

const edit = (bytes: Buffer, { kind, at, length, piece }: Edit): Buffer => {
  const begin = Math.floor(at * bytes.length);
  const [before, there, after] = [
    bytes.subarray(0, begin),
    bytes.subarray(begin, begin + length),
    bytes.subarray(begin + length),
  ];
  switch (kind) {
    case "change":
      return Buffer.concat([before, there.map((byte) => byte ^ (1 << (length % 8))), after]);
    case "remove":
      return Buffer.concat([before, after]);
    case "insert":
      return Buffer.concat([before, Buffer.from(piece), there, after]);
    case "repeat":
      return Buffer.concat([before, ...Array.from({ length }, () => there), after]);
    default:
      return kind satisfies never;
  }
};

export const mutate = {
  edits,
  bytes: (whole: Buffer, all: readonly Edit[]): Buffer => all.reduce(edit, whole),
  text: (whole: string, all: readonly Edit[]): string => all.reduce(edit, Buffer.from(whole)).toString(),
};
