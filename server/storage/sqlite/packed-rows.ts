// Rows of an aggregation on their way from one thread to another: by columns, since between threads each object carries
// the names of all its properties. 3,000 rows take a third of the time so.
import type { Aggregation } from "../../domain/rollup.ts";
import type { Aggregated } from "../storage.ts";

type Columns = { readonly [Name in keyof Aggregation]: readonly Aggregation[Name][] };

export interface PackedRows extends Omit<Aggregated, "rows"> {
  readonly columns: Columns;
}

export const packRows = ({ rows, ...rest }: Aggregated): PackedRows => {
  const column = <Name extends keyof Aggregation>(name: Name): readonly Aggregation[Name][] =>
    rows.map((row) => row[name]);
  return {
    ...rest,
    columns: {
      ...{ fromUs: column("fromUs"), toUs: column("toUs") },
      ...{ client: column("client"), metric: column("metric"), unit: column("unit") },
      ...{ count: column("count"), sum: column("sum"), min: column("min"), max: column("max") },
      ...{ late: column("late"), revision: column("revision"), rank: column("rank"), isOther: column("isOther") },
      ...{ percentiles: column("percentiles"), approximate: column("approximate") },
    },
  };
};

/** Each property by its name: copied in a loop, the rows would be read slower by all who get them. */
export const unpackRows = ({ columns, ...rest }: PackedRows): Aggregated => ({
  ...rest,
  rows: columns.fromUs.map((fromUs, index) => ({
    fromUs,
    toUs: columns.toUs[index] as number | null,
    client: columns.client[index] as string | null,
    metric: columns.metric[index] as string | null,
    unit: columns.unit[index] as string | null,
    count: columns.count[index] as number,
    sum: columns.sum[index] as string,
    min: columns.min[index] as string,
    max: columns.max[index] as string,
    late: columns.late[index] as number,
    revision: columns.revision[index] as number,
    rank: columns.rank[index] as number | null,
    isOther: columns.isOther[index] as boolean,
    percentiles: columns.percentiles[index] as readonly string[],
    approximate: columns.approximate[index] as readonly boolean[],
  })),
});
