import { expect, test } from "vitest";

import { continued, grown, shifted, withBands } from "./curves";

test("newer readings replace what a curve had from their first time on", () => {
  const curve = { time: [0, 10, 20], value: [1, 2, 3] };
  expect(continued(curve, { time: [20, 30], value: [9, 4] })).toEqual({ time: [0, 10, 20, 30], value: [1, 2, 9, 4] });
  expect(continued(curve, { time: [30], value: [4] })).toEqual({ time: [0, 10, 20, 30], value: [1, 2, 3, 4] });
  expect(continued(curve, undefined)).toBe(curve);
});

test("readings only go on where the curve ends, so that an answer with more of the past keeps it", () => {
  const fetched = new Map([["a", { time: [0, 10, 20], value: [1, 2, 3] }]]);
  const heard = new Map([["a", { time: [0, 20, 30], value: [1, 3, 4] }], ["b", { time: [5], value: [7] }]]);
  const nothing = new Map();
  expect([...grown(fetched, heard, nothing)]).toEqual([
    ["a", { time: [0, 10, 20, 30], value: [1, 2, 3, 4] }],
    ["b", { time: [5], value: [7] }],
  ]);
  expect(grown(fetched, nothing, nothing)).toBe(fetched);
  expect(grown(fetched, nothing, new Map([["a", { time: [20], value: [9] }]])).get("a")?.value).toEqual([1, 2, 9]);
});

test("a band goes on with its curve", () => {
  const curve = { time: [0, 10], value: [1, 2], low: [0, 1], high: [2, 3] };
  const tail = { time: [10, 20], value: [5, 6], low: [4, 5], high: [6, 7] };
  expect(continued(curve, tail)).toEqual({ time: [0, 10, 20], value: [1, 5, 6], low: [0, 4, 5], high: [2, 6, 7] });
});

test("a curve has a band when both its edges are there", () => {
  const line = new Map([["a", { time: [0, 1], value: [1, 2] }]]);
  const edge = new Map([["a", { time: [0, 1], value: [0, 3] }]]);
  expect(withBands(line, edge, edge).get("a")).toEqual({ time: [0, 1], value: [1, 2], low: [0, 3], high: [0, 3] });
  expect(withBands(line, edge, new Map()).get("a")).toEqual({ time: [0, 1], value: [1, 2] });
});

test("another week is laid over this one by the clock, also across its change", () => {
  const eight = Date.parse("2026-10-20T08:00:00+03:00");
  expect(shifted({ time: [eight], value: [1] }, "Europe/Helsinki", 7)).toEqual({
    time: [Date.parse("2026-10-27T08:00:00+02:00")],
    value: [1],
  });
});
