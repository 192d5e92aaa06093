// What GraphiQL opens with: operations that run as they are. One document, since its tabs cannot be relied on: in some
// browsers a click does not select them.
export const EXAMPLES = `# Surecount counts every event once. Put the cursor into an operation, then press Ctrl+Enter.

# Send this twice: the second time it is a duplicate.
# Then write the amount as "1,200.00" or 1.2e3: still the same event.
mutation Send {
  ingestEvent(
    input: {
      event: {
        client: "kiosk-7"
        metric: "sale"
        amount: 1200
        currency: "EUR"
        timestamp: "2026-01-31T12:00:00Z"
      }
    }
  ) {
    outcome
    receipt { seq at fingerprint }
    warnings { code path message }
    ... on EventDuplicate {
      differences { path existing received }
    }
    ... on EventConflict {
      differences { path existing received }
    }
    ... on EventRejected {
      problems { code path message hint }
    }
  }
}

# Follow the log live: run this, then send something in the dashboard.
subscription Follow {
  feed {
    cursor
    entries {
      seq
      action
      client
      event { metric amount unit timestamp }
      failure { problems { code path } }
    }
  }
}

# This cannot be counted, and says why: everything at once.
mutation SendGarbage {
  ingestEvent(
    input: {
      event: { client: "kiosk-7", amount: "1,200", timestamp: "31/02/2026" }
    }
  ) {
    outcome
    ... on EventRejected {
      problems { code path message hint }
    }
  }
}

# The server fails after it has counted the event: its answer is lost.
# Run this, then take simulateFailure out and run it again.
mutation LoseTheAnswer {
  ingestEvent(
    input: {
      event: {
        client: "kiosk-7"
        metric: "sale"
        amount: 5
        timestamp: "2026-01-31T12:05:00Z"
      }
      simulateFailure: AFTER_COMMIT
    }
  ) {
    outcome
  }
}

# How would this be read? Nothing is stored.
query Preview {
  previewEvent(
    event: {
      Source: "kiosk-7"
      type: "sale"
      total: "€ 1.234,50"
      date: "31 Jan 2026 18:30 +01:00"
    }
  ) {
    outcome
    client
    metric
    unit
    amount
    timestamp
    preimage
    warnings { code path message }
    problems { code path message hint }
    steps { fact path rule before after }
  }
}

# Totals, and the proof that they are right.
query Totals {
  stats {
    received
    accepted
    duplicates
    conflicts
    rejected
    throughput
    clients { client received accepted }
  }
  books {
    balanced
    differences { identity client expected actual }
  }
}

# What was received lately, minute by minute.
query Lately {
  activity(minutes: 10) {
    asOfSeq
    buckets { from received accepted duplicates conflicts rejected }
  }
}

query ByDay {
  aggregations(
    groupBy: [CLIENT, METRIC]
    interval: DAY
    timeZone: "Europe/Berlin"
  ) {
    client
    metric
    unit
    from
    to
    count
    sum
    avg
    min
    max
  }
}

# The newest events, what failed, and the end of the audit trail.
query Latest {
  events(first: 10) {
    totalCount
    edges { node { seq client metric amount unit timestamp timesSeen raw } }
  }
  failedEvents(first: 10) {
    totalCount
    edges { node { client state timesSeen problems { code path message } raw } }
  }
  log(last: 10) {
    edges { node { seq at action client } }
  }
}
`;
