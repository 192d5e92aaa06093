// Where the data begin and end, which tells what is to be read to answer a question.
import { QUARTER, QUARTER_US, type Span } from "../../domain/grain.ts";
import type { Drizzle } from "./database.ts";
import { gt, max, min, sql } from "./drizzle.ts";
import { createLooseRevisions } from "./loose-deltas.ts";
import { createSpanOfGrain } from "./rollup-store.ts";
import { rollupDeltas } from "./rollup-tables.ts";
import { prepareGet } from "./statement.ts";

/** The whole quarters of an hour in which all events lie that count, in the snapshot that the caller has opened. */
export const createDataSpan = (db: Drizzle): (() => Span) => {
  const foldedSpan = createSpanOfGrain(db, QUARTER);
  const looseSpan = createLooseSpan(db);
  return () => joinSpans(foldedSpan(), looseSpan());
};

/** Each delta is looked at once, though all are asked about. */
const createLooseSpan = (db: Drizzle): (() => Span) => {
  const { bucketUs, revision } = rollupDeltas;
  const revisions = createLooseRevisions(db);
  const spanAfter = prepareGet<readonly [number | null, number | null]>(
    db,
    db
      .select({ first: min(bucketUs), last: max(bucketUs) })
      .from(rollupDeltas)
      .where(gt(revision, sql.placeholder("newest"))),
  );
  let known: { readonly oldest: number; readonly newest: number; readonly span: Span } | null = null;

  return () => {
    const now = revisions();
    if (now === null) known = null;
    else if (known?.oldest !== now.oldest) known = { ...now, span: spanOf(spanAfter({ newest: 0 })) };
    else if (known.newest !== now.newest) {
      const span = joinSpans(known.span, spanOf(spanAfter({ newest: known.newest })));
      known = { ...now, span };
    }
    return known?.span ?? NOTHING;
  };
};

const NOTHING: Span = { fromUs: 0, toUs: 0 };

const spanOf = ([firstUs, lastUs]: readonly [number | null, number | null] = [null, null]): Span =>
  firstUs === null || lastUs === null ? NOTHING : { fromUs: firstUs, toUs: lastUs + QUARTER_US };

const joinSpans = (left: Span, right: Span): Span => {
  if (left.fromUs >= left.toUs) return right;
  if (right.fromUs >= right.toUs) return left;
  return { fromUs: Math.min(left.fromUs, right.fromUs), toUs: Math.max(left.toUs, right.toUs) };
};
