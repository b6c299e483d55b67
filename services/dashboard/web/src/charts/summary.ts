/** A curve in numbers, for captions: what a glance at it would tell. */

import type { PanelCurve } from "./model";

export interface Summary {
  readonly low: number;
  readonly high: number;
  /** Of the values that are drawn. */
  readonly mean: number;
  readonly gaps: number;
  /** How long all gaps last together, in milliseconds. */
  readonly missing: number;
}

/** The summary of a curve; null where it has no reading. */
export function summaryOf({ curve, gaps }: PanelCurve): Summary | null {
  let low = Infinity;
  let high = -Infinity;
  let sum = 0;
  let count = 0;
  curve.value.forEach((value, index) => {
    if (value !== null) {
      low = Math.min(low, curve.low[index] ?? value);
      high = Math.max(high, curve.high[index] ?? value);
      sum += value;
      count += 1;
    }
  });
  if (count === 0) {
    return null;
  }
  const missing = gaps.reduce((total, gap) => total + gap.stop - gap.start, 0);
  return { low, high, mean: sum / count, gaps: gaps.length, missing };
}
