/** What a panel of curves is made of. */

import type { Broken, Gap } from "./gaps";
import type { Slot } from "./palette";

/** A line from reading to reading, a step that holds until the next, or a bar from zero. */
export type Shape = "line" | "step" | "bar";

export interface PanelCurve {
  readonly key: string;
  /** As short as tells it apart in its panel. */
  readonly name: string;
  readonly slot: Slot;
  readonly shape: Shape;
  readonly curve: Broken;
  /** Those within the range, with those at its ends. */
  readonly gaps: readonly Gap[];
  /** Drawn dashed: another time, laid over this one. */
  readonly isComparison: boolean;
}

export interface Range {
  /** Epoch milliseconds, inclusive. */
  readonly start: number;
  /** Exclusive. */
  readonly stop: number;
}

export interface Panel {
  readonly key: string;
  /** What all its curves measure; several names where they share only the unit. */
  readonly title: string;
  /** UCUM code; null where it is not known. */
  readonly unit: string | null;
  /** The unit as people write it. */
  readonly symbol: string;
  readonly curves: readonly PanelCurve[];
  readonly range: Range;
  /** The zone of the houses, by which the axis is labelled. */
  readonly zone: string;
  /** The window that is still filling; null: none is. */
  readonly unfinished: Range | null;
}
