// A room that could not be shown: its code did not arrive, or has a fault.
export const Broken = (props: { error: unknown }) => (
  <div class="notice" role="alert">
    <p>
      <strong>This room could not be shown.</strong>{" "}
      {props.error instanceof Error ? props.error.message : String(props.error)}
    </p>
    <button type="button" onClick={() => location.reload()}>
      Load the page again
    </button>
  </div>
);
