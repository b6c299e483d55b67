import { expect, test } from "vitest";

import { medianDistance } from "./useIntervals";

test("the usual distance is the median one, which a gap does not change", () => {
  expect(medianDistance([0, 60, 120, 180, 99_999])).toBe(60);
});

test("a few readings do not tell how far apart they should be", () => {
  expect(medianDistance([0, 60, 120])).toBeNull();
  expect(medianDistance([])).toBeNull();
});
