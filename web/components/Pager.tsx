// The way to the next page of a list, newest first.
import { Show } from "solid-js";
import { formatPlural } from "../format.ts";

export interface Page {
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** What the address says of a page; an end of null is none. */
export interface PageParams {
  readonly after: string | undefined;
  readonly before: string | undefined;
}

export const Pager = (props: { page: Page | undefined; noun: string; onPage: (params: PageParams) => void }) => (
  <Show when={props.page}>
    {(page) => (
      <nav class="pager" aria-label="Pages">
        <span class="quiet">{formatPlural(page().totalCount, props.noun)} on all pages</span>
        <button
          type="button"
          disabled={!page().pageInfo.hasPreviousPage}
          onClick={() => props.onPage({ before: page().pageInfo.startCursor ?? undefined, after: undefined })}
        >
          Newer
        </button>
        <button
          type="button"
          disabled={!page().pageInfo.hasNextPage}
          onClick={() => props.onPage({ after: page().pageInfo.endCursor ?? undefined, before: undefined })}
        >
          Older
        </button>
      </nav>
    )}
  </Show>
);
