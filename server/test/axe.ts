// What axe-core, an independent judge of accessibility, has against a page.
import axe from "axe-core";
import type { Page } from "playwright-core";

/** What is wrong seriously, as `rule: where`. */
export const violationsOn = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async (): Promise<axe.AxeResults> => Reflect.get(window, "axe").run());
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`));
};

/** The same on a wide screen and on a phone, by day and by night. */
export const violationsEverywhere = async (page: Page): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const violation of await violationsOn(page)) found.push(`${colorScheme} at ${width}: ${violation}`);
    }
  }
  await page.setViewportSize({ width: 1440, height: 1000 });
  return found;
};
