import { expect, test } from "vitest";

import { moved, rangeOf, spanOf, zoomed } from "./ranges";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse("2026-11-26T12:34:56Z");

test("a relative range ends now", () => {
  expect(rangeOf({ last: "24h" }, NOW)).toEqual({ start: NOW - DAY, stop: NOW });
  expect(rangeOf({ start: 1, stop: 2 }, NOW)).toEqual({ start: 1, stop: 2 });
});

test("what is asked for stays the same for a tenth of a relative range, and covers it", () => {
  const span = spanOf({ last: "24h" }, NOW, null, "UTC");
  expect(span).toEqual(spanOf({ last: "24h" }, NOW + HOUR, null, "UTC"));
  expect(span.start).toBeLessThanOrEqual(NOW - DAY);
  expect(span.stop).toBeNull();
});

test("whole windows are asked for, so that none at an edge is a part", () => {
  const range = { start: Date.parse("2026-10-24T10:30:00Z"), stop: Date.parse("2026-10-25T10:30:00Z") };
  expect(spanOf(range, NOW, "1d", "Europe/Helsinki")).toEqual({
    start: Date.parse("2026-10-24T00:00:00+03:00"),
    stop: Date.parse("2026-10-26T00:00:00+02:00"),
  });
  expect(spanOf(range, NOW, null, "Europe/Helsinki")).toEqual(range);
});

test("zooming keeps the middle", () => {
  const range = { start: NOW - 5 * DAY, stop: NOW - 3 * DAY };
  const half = zoomed(range, true, NOW);
  expect(half).toEqual({ start: Math.floor((NOW - 4.5 * DAY) / 1000) * 1000, stop: NOW - 3.5 * DAY });
  expect(zoomed(half, false, NOW).stop - half.stop).toBe(DAY / 2);
});

test("nothing goes beyond now, nor below ten seconds", () => {
  expect(zoomed({ start: NOW - DAY, stop: NOW }, false, NOW).stop).toBeLessThanOrEqual(NOW + 1000);
  expect(moved({ start: NOW - DAY, stop: NOW - HOUR }, 1, NOW).stop).toBeLessThanOrEqual(NOW + 1000);
  const shortest = zoomed({ start: NOW - 11_000, stop: NOW - 1000 }, true, NOW);
  expect(shortest.stop - shortest.start).toBeLessThanOrEqual(12_000);
});

test("moving goes by half of what is seen", () => {
  const range = { start: NOW - 4 * DAY, stop: NOW - 2 * DAY };
  expect(moved(range, -1, NOW).start).toBe(NOW - 5 * DAY);
});
