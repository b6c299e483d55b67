import { describe, expect, test } from "vitest";

import { EVERY, everyFor, lengthOf, windowEnd, windowStart } from "./windows";

const HELSINKI = "Europe/Helsinki";
const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);

describe("windows", () => {
  test("they are listed from short to long", () => {
    const lengths = EVERY.map(lengthOf);
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  });

  test("a range gets the shortest that leave no more than wanted", () => {
    expect([everyFor(DAY, 300), everyFor(7 * DAY, 1100), everyFor(365 * DAY, 1000), everyFor(1e15, 10)]).toEqual([
      "5m", "10m", "1d", "1y",
    ]);
  });

  test("a day begins at the house's midnight and ends at its next, 25 hours later in autumn", () => {
    const start = windowStart("1d", at("2026-10-25T12:00:00Z"), HELSINKI);
    expect(start).toBe(at("2026-10-25T00:00:00+03:00"));
    expect(windowEnd("1d", start, HELSINKI) - start).toBe(25 * 3_600_000);
  });

  test("windows of some hours follow the clock", () => {
    expect(windowStart("6h", at("2026-03-29T09:00:00Z"), HELSINKI)).toBe(at("2026-03-29T12:00:00+03:00"));
    expect(windowEnd("6h", at("2026-03-29T00:00:00+02:00"), HELSINKI)).toBe(at("2026-03-29T06:00:00+03:00"));
  });

  test("weeks begin on Mondays, months and years with their first day", () => {
    const time = at("2026-11-26T17:00:00Z");
    expect(windowStart("1w", time, HELSINKI)).toBe(at("2026-11-23T00:00:00+02:00"));
    expect(windowStart("1mo", time, HELSINKI)).toBe(at("2026-11-01T00:00:00+02:00"));
    expect(windowStart("1y", time, HELSINKI)).toBe(at("2026-01-01T00:00:00+02:00"));
    expect(windowEnd("1mo", at("2026-12-01T00:00:00+02:00"), HELSINKI)).toBe(at("2027-01-01T00:00:00+02:00"));
  });

  test("every time lies in its window, through both changes of the clock", () => {
    for (const every of EVERY) {
      for (const day of ["2026-03-28T22:00:00Z", "2026-10-24T21:00:00Z"]) {
        for (let time = at(day); time < at(day) + 1.2 * DAY; time += 37 * 60_000) {
          const start = windowStart(every, time, HELSINKI);
          const holds = start <= time && windowEnd(every, start, HELSINKI) > time;
          expect(holds, `${every} ${time}`).toBe(true);
        }
      }
    }
  });
});
