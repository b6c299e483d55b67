import { describe, expect, test } from "vitest";

import { axisOf, axisSplits, digitsOf, leastSpan, roundStep } from "./scale";

describe("the y axis", () => {
  test("digits come from the step, so that no two ticks read the same", () => {
    expect([0.01, 0.02, 0.5, 1, 5, 20].map(digitsOf)).toEqual([2, 2, 1, 0, 0, 0]);
    const axis = axisOf(0.011, 0.043, 4);
    const ticks = axisSplits(axis).map((tick) => tick.toFixed(digitsOf(axis.step)));
    expect(ticks).toEqual(["0.01", "0.02", "0.03", "0.04", "0.05"]);
  });

  test("a quiet room is shown with four degrees, around its curve", () => {
    expect(leastSpan("Cel")).toBe(4);
    const axis = axisOf(21.3, 21.5, 4, leastSpan("Cel"));
    expect(axis).toEqual({ min: 19, max: 24, step: 1 });
  });

  test("widening never makes an axis negative that has no negative value", () => {
    expect(axisOf(0, 1, 4, leastSpan("%")).min).toBe(0);
    expect(axisOf(-1, 1, 4, leastSpan("Cel")).min).toBeLessThan(-1);
  });

  test("bars stand on zero", () => {
    expect(axisOf(12, 18, 3, 0, true)).toEqual({ min: 0, max: 20, step: 10 });
  });

  test("one value alone has an axis", () => {
    const axis = axisOf(7, 7, 4);
    expect(axis.min).toBeLessThan(7);
    expect(axis.max).toBeGreaterThan(7);
    expect(axisSplits(axis).length).toBeGreaterThan(2);
  });

  test("steps are 1, 2 and 5 times powers of ten", () => {
    expect([0.011, 0.1, 0.3, 1, 3, 7, 4000].map(roundStep)).toEqual([0.02, 0.1, 0.5, 1, 5, 10, 5000]);
  });

  test("whatever the data, the axis holds them and has few distinct ticks", () => {
    for (let power = -6; power <= 8; power += 1) {
      for (const [low, high] of [[1, 2], [-3, 7], [0, 1e-3], [-9, -8.7], [0, 0]] as const) {
        const [from, to] = [low * 10 ** power, high * 10 ** power];
        const axis = axisOf(from, to, 5);
        const ticks = axisSplits(axis).map((tick) => tick.toFixed(digitsOf(axis.step)));
        const where = `${from} to ${to}`;
        // An end may fall short of the data by what binary fractions lose.
        expect(axis.min, where).toBeLessThanOrEqual(from + axis.step * 1e-6);
        expect(axis.max, where).toBeGreaterThanOrEqual(to - axis.step * 1e-6);
        expect(new Set(ticks).size, where).toBe(ticks.length);
        expect(ticks.length, where).toBeLessThanOrEqual(8);
      }
    }
  });
});
