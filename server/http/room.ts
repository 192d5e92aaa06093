// What the server holds of messages that have not all arrived, over HTTP and WebSocket together. Where that is too much,
// those give way that began first: whoever sends word by word must neither fill the memory nor keep others out.

/** What is held of one message. */
export interface Place {
  add(bytes: number): void;
  /** It has arrived, or is given up. */
  leave(): void;
}

export interface Room {
  /** `giveWay` is called once, where there is no room any more; the place is left then. */
  enter(giveWay: () => void): Place;
}

interface Held {
  bytes: number;
  readonly giveWay: () => void;
}

export const createRoom = (maxBytes: number): Room => {
  /** In the order in which they began. */
  const places = new Set<Held>();
  let heldBytes = 0;

  const leave = (held: Held): void => {
    if (places.delete(held)) heldBytes -= held.bytes;
  };
  const makeRoom = (): void => {
    for (const held of places) {
      if (heldBytes <= maxBytes) return;
      leave(held);
      held.giveWay();
    }
  };

  return {
    enter: (giveWay) => {
      const held: Held = { bytes: 0, giveWay };
      places.add(held);
      return {
        add: (bytes) => {
          if (!places.has(held)) return;
          held.bytes += bytes;
          heldBytes += bytes;
          if (heldBytes > maxBytes) makeRoom();
        },
        leave: () => leave(held),
      };
    },
  };
};
