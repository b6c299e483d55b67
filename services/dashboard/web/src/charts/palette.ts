/** Which colour a curve has: one that it keeps, whatever is added to its panel or taken away. */

export const SLOTS = [1, 2, 3, 4, 5, 6] as const;
export type Slot = (typeof SLOTS)[number];

export interface Coloured {
  /** What tells one curve from all others. */
  readonly key: string;
  /** Where it was measured: curves of one place share a colour across panels. */
  readonly place: string;
  /** The panel; in one panel no colour stands twice. */
  readonly panel: string;
  readonly slot: Slot;
}

/** The colour of a new curve: its place's, if the panel has it free, else the panel's first free; null: it is full. */
export function slotFor(curve: Omit<Coloured, "slot">, taken: readonly Coloured[]): Slot | null {
  const here = new Set(taken.filter((other) => other.panel === curve.panel).map((other) => other.slot));
  const ofPlace = taken.find((other) => other.place === curve.place && !here.has(other.slot))?.slot;
  if (ofPlace !== undefined) {
    return ofPlace;
  }
  // A colour that no other place has comes first, so that two places rarely share one across panels.
  const free = SLOTS.filter((slot) => !here.has(slot));
  const anywhere = new Set(taken.map((other) => other.slot));
  return free.find((slot) => !anywhere.has(slot)) ?? free[0] ?? null;
}
