import { describe, expect, test } from "vitest";

import { RAW, broken, gapsIn, loneSamples, type Sampling } from "./gaps";

const MINUTELY: Sampling = { interval: 60, endOf: RAW };
const windows = (length: number): Sampling => ({ interval: 60, endOf: (start) => start + length });

describe("gaps of a curve", () => {
  test("three intervals without a reading are no gap, more are one", () => {
    expect(broken({ time: [0, 180], value: [1, 2] }, MINUTELY).gaps).toEqual([]);
    expect(broken({ time: [0, 181], value: [1, 2] }, MINUTELY)).toEqual({
      time: [0, 1, 181],
      value: [1, null, 2],
      low: [],
      high: [],
      gaps: [{ start: 0, stop: 181 }],
    });
  });

  test("an empty window between short ones is no gap, and leaves no break", () => {
    const curve = { time: [0, 60, 120, 180], value: [1, null, 3, 4] };
    expect(broken(curve, windows(60))).toMatchObject({
      time: [0, 120, 180],
      value: [1, 3, 4],
      gaps: [],
    });
  });

  test("an empty window of more than three intervals is a gap from its start to its end", () => {
    const curve = { time: [0, 600, 1200], value: [1, null, 3], low: [0, null, 2], high: [4, null, 6] };
    expect(broken(curve, windows(600))).toEqual({
      time: [0, 600, 1200],
      value: [1, null, 3],
      low: [0, null, 2],
      high: [4, null, 6],
      gaps: [{ start: 600, stop: 1200 }],
    });
  });

  test("where the interval is not known nothing is called a gap", () => {
    expect(broken({ time: [0, 1e9], value: [1, 2] }, { interval: null, endOf: RAW }).gaps).toEqual([]);
  });

  test("what is missing at the ends of the range is a gap too, but not the future", () => {
    const curve = broken({ time: [1000, 1060], value: [1, 2] }, MINUTELY);
    expect(gapsIn(curve, { start: 0, stop: 9000 }, MINUTELY, 2000)).toEqual([
      { start: 0, stop: 1000 },
      { start: 1060, stop: 2000 },
    ]);
    expect(gapsIn(curve, { start: 940, stop: 9000 }, MINUTELY, 1200)).toEqual([]);
  });

  test("an empty range is one gap until now", () => {
    expect(gapsIn(broken({ time: [], value: [] }, MINUTELY), { start: 10, stop: 90 }, MINUTELY, 50)).toEqual([
      { start: 10, stop: 50 },
    ]);
    expect(gapsIn(broken({ time: [], value: [] }, MINUTELY), { start: 60, stop: 90 }, MINUTELY, 50)).toEqual([]);
  });

  test("a sample between two breaks is lone; times of other curves do not part it from its neighbours", () => {
    expect(loneSamples([1, null, 2, undefined, 3, null, undefined, 4, null])).toEqual([0, 7]);
    expect(loneSamples([])).toEqual([]);
    expect(loneSamples([5])).toEqual([0]);
  });
});
