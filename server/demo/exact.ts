// The arithmetic of the clients' own truth: amounts as whole numbers of 10^-9. Written for the demo alone, so that the
// server is not compared with itself.

const DIGITS = 9;

/** The number that a canonical decimal text stands for, in billionths. */
export const exactOf = (text: string): bigint => {
  const match = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) throw new Error(`${JSON.stringify(text)} is not a canonical decimal.`);
  const [, sign, whole, fraction = ""] = match;
  const billionths = BigInt(`${whole}${fraction.padEnd(DIGITS, "0")}`);
  return sign === "-" ? -billionths : billionths;
};

/** The canonical decimal text of a number of billionths. */
export const textOf = (billionths: bigint): string => {
  const digits = (billionths < 0n ? -billionths : billionths).toString().padStart(DIGITS + 1, "0");
  const whole = digits.slice(0, -DIGITS);
  const fraction = digits.slice(-DIGITS).replace(/0+$/, "");
  return `${billionths < 0n ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
};

/** For people: thousands apart by commas, fraction as it is. */
export const groupedText = (decimal: string): string => {
  const [whole = "", fraction] = decimal.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
};
