// Later work, and how servers share it.

/** Later work: one item of its kind. */
export interface Work {
  readonly kind: string;
  readonly item: string;
}

export interface ClaimOptions {
  readonly kind: string;
  readonly limit: number;
  readonly leaseMs: number;
}

export interface Claim extends Work {
  /** Grows with every claim: what was claimed again since is not the older claim's any more. */
  readonly fence: number;
  /** 1, plus the claims before this one that failed or whose server died. */
  readonly attempt: number;
}

export interface NextTurn {
  readonly delayMs: number;
  /** Whether this attempt failed, so that the next is one attempt more; else that is the first again. */
  readonly isRetry?: boolean;
}

/**
 * The duties that servers share: each item of work is in one server's hands at a time, for as long as its lease lasts.
 * A server that dies lets its lease end, and another takes over; so work may be done more than once, and must bear it.
 * All times are delays, measured by one clock: the database's where several machines share it.
 *
 * An item is due -> `claim` -> leased -> `settle` -> gone, or due again later
 *                                     -> the lease ends -> due
 */
export interface Leases {
  /** Makes an item due after the delay. Where it is there already, in hand or not, it keeps its place. */
  schedule(work: Work, delayMs: number): Promise<void>;
  /** Takes items that are due and under no living lease, those first that are due longest. Nobody else gets them. */
  claim(options: ClaimOptions): Promise<readonly Claim[]>;
  /** Lets the lease last this long from now. False, and nothing is changed, where the claim does not hold any more. */
  extend(claim: Claim, leaseMs: number): Promise<boolean>;
  /** Ends the claim: the item is gone, or due again. False, and nothing is changed, where it does not hold any more. */
  settle(claim: Claim, next?: NextTurn): Promise<boolean>;
}
