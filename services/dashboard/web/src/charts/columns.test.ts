import { describe, expect, test } from "vitest";

import { columnsOf, curveOf, lineOf, lowerBound, nearest } from "./columns";
import { RAW, broken } from "./gaps";

describe("columns of a panel", () => {
  test("a gap stays open although another curve has times in it", () => {
    const sampling = { interval: 10, endOf: RAW };
    const gappy = broken({ time: [0, 10, 100], value: [1, 2, 3] }, sampling);
    const dense = broken({ time: [0, 20, 40, 60, 80, 100], value: [5, 5, 5, 5, 5, 5] }, sampling);
    const [times, line] = columnsOf([gappy, dense]);
    expect([...times]).toEqual([0, 10, 11, 20, 40, 60, 80, 100]);
    expect([...(line ?? [])]).toEqual([1, 2, null, null, null, null, null, 3]);
  });

  test("times of others alone do not part a line", () => {
    const one = broken({ time: [0, 10], value: [1, 2] }, { interval: 10, endOf: RAW });
    const other = broken({ time: [5], value: [9] }, { interval: 10, endOf: RAW });
    expect([...(columnsOf([one, other])[1] ?? [])]).toEqual([1, undefined, 2]);
  });

  test("each curve has a line and two edges", () => {
    expect([0, 1, 2].map(lineOf)).toEqual([1, 4, 7]);
    expect([1, 2, 3, 4, 6, 7].map(curveOf)).toEqual([0, 0, 0, 1, 1, 2]);
    expect(columnsOf([broken({ time: [0], value: [1] }, { interval: 1, endOf: RAW })])).toHaveLength(4);
    expect(columnsOf([])).toEqual([[]]);
  });

  test("the nearest value is found past breaks and times of others", () => {
    const times = [0, 10, 20, 30, 40];
    expect([-5, 4, 14, 21, 39, 99].map((time) => nearest(times, [1, null, undefined, 4, null], time))).toEqual([
      0, 0, 0, 3, 3, 3,
    ]);
    expect(nearest(times, [null, null, null, null, null], 3)).toBeNull();
  });

  test("lower bound is the first that is not before", () => {
    expect([-1, 0, 5, 10, 11].map((time) => lowerBound([0, 10], time))).toEqual([0, 0, 1, 1, 2]);
  });
});
