// Exports: a whole list or an aggregation as a file, read from one state of the database portion by portion, as fast as it
// is taken. So it holds little in memory, whatever there is, and others go on meanwhile.
import { createHash } from "node:crypto";
import { AppError } from "../domain/error.ts";
import type { EventFilter, FailureFilter } from "../domain/filter.ts";
import type { AggregationRequest, Aggregations } from "../pipeline/aggregations.ts";
import type { Slices } from "../slices.ts";
import type { Portion, Snapshot, Storage } from "../storage/storage.ts";
import { aggregationSheet, type ExportFormat, eventSheet, failureSheet, type Sheet, writerOf } from "./export-rows.ts";

export type ExportQuestion =
  | { readonly kind: "events"; readonly filter: EventFilter }
  | { readonly kind: "failures"; readonly filter: FailureFilter }
  | { readonly kind: "aggregations"; readonly request: AggregationRequest };

/** At once: each holds a connection, and what is written is kept for it. */
const MAX_RUNNING = 2;
const RETRY_AFTER_MS = 5_000;
/** Rows that are written in one go where they are all at hand. */
const ROWS_AT_ONCE = 500;

/** What is read, as far as the principal may. */
interface Source {
  readonly storage: Pick<Storage, "openSnapshot">;
  readonly aggregations: Pick<Aggregations, "answer">;
}

interface Beginning {
  readonly question: ExportQuestion;
  readonly format: ExportFormat;
  readonly source: Source;
}

export interface Export {
  /** The last entry of the log that it includes. */
  readonly asOfSeq: number;
  /** The file, piece by piece. It is read once; whoever stops reading calls `return()`, which ends the reading of the database. */
  readonly pieces: AsyncGenerator<Buffer, void>;
  /** Of what has been read so far. */
  readonly rows: number;
  /** Of the file, once it has been read to its end. */
  sha256(): Buffer;
}

export interface Exports {
  /** @throws AppError BAD_USER_INPUT where the question cannot be answered, UNAVAILABLE where too many are running. */
  begin(beginning: Beginning): Promise<Export>;
}

export const createExports = (inSlices: Slices): Exports => {
  let running = 0;

  const open = async (question: ExportQuestion, { storage, aggregations }: Source): Promise<Opened> => {
    if (question.kind === "aggregations") return openAggregations(question.request, aggregations);
    const snapshot = await storage.openSnapshot();
    const { asOfSeq, close } = snapshot;
    if (question.kind === "failures")
      return opened({
        ...{ asOfSeq, close, sheet: failureSheet },
        portions: portionsOf(snapshot, (after) => snapshot.failures(question.filter, after)),
      });
    return opened({
      ...{ asOfSeq, close, sheet: eventSheet },
      portions: portionsOf(snapshot, (after) => snapshot.events(question.filter, after)),
    });
  };

  const openAggregations = async (
    request: AggregationRequest,
    aggregations: Source["aggregations"],
  ): Promise<Opened> => {
    const { rows, asOfSeq } = await aggregations.answer(request);
    const sheet = aggregationSheet({ percentiles: request.percentiles, asOfSeq });
    return opened({ asOfSeq, close: async () => undefined, sheet, portions: inParts(rows) });
  };

  const begin: Exports["begin"] = async ({ question, format, source }) => {
    if (running >= MAX_RUNNING)
      throw new AppError("UNAVAILABLE", `${MAX_RUNNING} exports are under way. Ask again later.`, {
        retryAfterMs: RETRY_AFTER_MS,
      });
    running += 1;
    const end = (): void => {
      running -= 1;
    };
    const list = await open(question, source).catch((error: unknown) => {
      end();
      throw error;
    });
    return list.write({ format, inSlices, onEnd: end });
  };
  return { begin };
};

interface List<Item> {
  readonly asOfSeq: number;
  readonly sheet: Sheet<Item>;
  readonly portions: AsyncIterable<readonly Item[]>;
  readonly close: () => Promise<void>;
}

interface Writing {
  readonly format: ExportFormat;
  readonly inSlices: Slices;
  readonly onEnd: () => void;
}

/** A list of whatever items, which can be written. */
interface Opened {
  write(writing: Writing): Export;
}

const opened = <Item>(list: List<Item>): Opened => ({ write: (writing) => write(list, writing) });

const write = <Item>({ asOfSeq, sheet, portions, close }: List<Item>, { format, inSlices, onEnd }: Writing): Export => {
  const writer = writerOf(sheet, format);
  const hash = createHash("sha256");
  let rows = 0;

  const piece = (text: string): Buffer => {
    const bytes = Buffer.from(text);
    hash.update(bytes);
    return bytes;
  };
  const writePortion = (items: readonly Item[]): Buffer => {
    let written = "";
    for (const item of items) {
      written += writer.write(item, rows === 0);
      rows += 1;
    }
    return piece(written);
  };
  async function* read(): AsyncGenerator<Buffer, void> {
    try {
      if (writer.head !== "") yield piece(writer.head);
      for await (const items of portions) yield await inSlices(() => writePortion(items));
      if (writer.foot !== "") yield piece(writer.foot);
    } finally {
      onEnd();
      await close();
    }
  }
  return {
    asOfSeq,
    pieces: begun(read()),
    get rows() {
      return rows;
    },
    sha256: () => hash.copy().digest(),
  };
};

/** A generator that was never asked for anything does not run its end when it is left: this one does. */
const begun = (generator: AsyncGenerator<Buffer, void>): AsyncGenerator<Buffer, void> => {
  const first = generator.next();
  first.catch(() => undefined);
  let isFirst = true;
  const own: AsyncGenerator<Buffer, void> = {
    next: () => {
      if (!isFirst) return generator.next();
      isFirst = false;
      return first;
    },
    return: (value) => generator.return(value),
    throw: (error) => generator.throw(error),
    [Symbol.asyncIterator]: () => own,
    [Symbol.asyncDispose]: async () => {
      await generator.return();
    },
  };
  return own;
};

/** The next portion is read while the one before is written. */
async function* portionsOf<Item>(
  { asOfSeq }: Snapshot,
  read: (after: number) => Promise<Portion<Item>>,
): AsyncGenerator<readonly Item[], void> {
  const readOn = (after: number): Promise<Portion<Item>> | null => {
    if (after >= asOfSeq) return null;
    const reading = read(after);
    // Where nobody takes it any more, nobody need hear of its failure.
    reading.catch(() => undefined);
    return reading;
  };
  for (let reading = readOn(0); reading !== null; ) {
    const { rows, upTo } = await reading;
    reading = readOn(upTo);
    if (rows.length > 0) yield rows;
  }
}

async function* inParts<Item>(items: readonly Item[]): AsyncGenerator<readonly Item[], void> {
  for (let index = 0; index < items.length; index += ROWS_AT_ONCE) yield items.slice(index, index + ROWS_AT_ONCE);
}
