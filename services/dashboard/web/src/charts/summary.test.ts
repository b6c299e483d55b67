import { expect, test } from "vitest";

import { RAW, broken } from "./gaps";
import type { PanelCurve } from "./model";
import { summaryOf } from "./summary";

const curveOf = (time: number[], value: (number | null)[], low?: number[], high?: number[]): PanelCurve => {
  const curve = broken({ time, value, low, high }, { interval: 10, endOf: RAW });
  return { key: "a", name: "a", slot: 1, shape: "line", curve, gaps: curve.gaps, isComparison: false };
};

test("a curve's summary has its extremes, its mean and its gaps", () => {
  expect(summaryOf(curveOf([0, 10, 100], [1, 2, 6]))).toEqual({ low: 1, high: 6, mean: 3, gaps: 1, missing: 90 });
});

test("extremes are those of the readings, not of the means that are drawn", () => {
  expect(summaryOf(curveOf([0, 10], [1, 2], [-5, 0], [3, 9]))).toMatchObject({ low: -5, high: 9, mean: 1.5 });
});

test("a curve without readings has no summary", () => {
  expect(summaryOf(curveOf([0], [null]))).toBeNull();
});
