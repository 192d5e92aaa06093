// What an expression of PromQL asks for: its metrics, the labels that it selects by, and those that it groups by.

export interface Asked {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

const FUNCTIONS = [
  "rate",
  "increase",
  "histogram_quantile",
  "topk",
  "absent",
  "time",
  "predict_linear",
  "sum",
  "min",
  "max",
];
const WORDS = ["by", "and", "or"];

/** @throws Error where it names a function that is not one of those that are used here. */
export const readExpression = (expression: string): Asked => {
  const labels: string[] = [];
  const bare = expression
    .replace(/\{([^}]*)\}/g, (_, selector: string) => {
      labels.push(...[...selector.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = ""]) => label));
      return "";
    })
    .replace(/\bby \(([^)]*)\)/g, (_, list: string) => {
      labels.push(...list.split(",").map((label) => label.trim()));
      return "";
    })
    .replace(/\[[^\]]*\]/g, "");
  const names = [...bare.matchAll(/(?<![\w.])([a-z_]\w*)(\s*\()?/gi)];
  const unknown = names.find(([, name = "", call]) => call !== undefined && ![...FUNCTIONS, ...WORDS].includes(name));
  if (unknown !== undefined) throw new Error(`This function is not known: ${unknown[1]}`);
  const metrics = names.map(([, name = ""]) => name).filter((name) => ![...FUNCTIONS, ...WORDS].includes(name));
  return { metrics, labels };
};
