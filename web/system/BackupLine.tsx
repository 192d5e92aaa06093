// The backups that servers make by themselves, in one line.
import { Show } from "solid-js";
import type { System } from "../api/system-operations.ts";
import { now } from "../clock.ts";
import { Age } from "../components/Age.tsx";
import { formatBytes, formatCount, formatDuration, formatLasting, formatPlural } from "../format.ts";

type Backups = NonNullable<System["backups"]>;

export const BackupLine = (props: { backups: Backups }) => (
  <p class="backup-line quiet" data-late={isLate(props.backups)}>
    <Show
      when={props.backups.newestAt}
      fallback={`No backup is there yet; one is due every ${everyOf(props.backups)}.`}
    >
      {(at) => (
        <>
          Newest backup <Age at={at()} />
          {detailsOf(props.backups)}. {formatCount(props.backups.kept)} kept, one due every {everyOf(props.backups)}.
        </>
      )}
    </Show>
    <Show when={props.backups.failures > 0}>
      {" "}
      <strong>{formatPlural(props.backups.failures, "attempt")} of this server failed: its log says why.</strong>
    </Show>
  </p>
);

const everyOf = ({ everySeconds }: Backups): string =>
  formatLasting(everySeconds * 1_000)
    .replace(/ 0 \w+$/, "")
    .replaceAll(" ", "\u00A0");

const detailsOf = ({ sizeBytes, durationSeconds }: Backups): string =>
  [
    sizeBytes === null ? "" : `, ${formatBytes(sizeBytes)}`,
    durationSeconds === null ? "" : `, made and verified in ${formatDuration(durationSeconds)}`,
  ].join("");

/** One that is under way takes its time. */
const isLate = ({ newestAt, everySeconds }: Backups): boolean =>
  newestAt !== null && now() - Date.parse(newestAt) > 2 * everySeconds * 1_000;
