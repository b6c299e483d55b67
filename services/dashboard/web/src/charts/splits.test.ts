import { describe, expect, test } from "vitest";

import { HOUR, MINUTE, wallAt } from "@/format/zones";

import { lengthOf, splitsOf, stepFor, type Step } from "./splits";

const HELSINKI = "Europe/Helsinki";
const at = (text: string): number => Date.parse(text);
const HOURLY: Step = { count: 1, unit: "h" };
const SPRING = [at("2026-03-29T00:00:00+02:00"), at("2026-03-30T00:00:00+03:00")] as const;
const AUTUMN = [at("2026-10-25T00:00:00+03:00"), at("2026-10-26T00:00:00+02:00")] as const;
const clockHours = (times: number[]): number[] => times.map((time) => (wallAt(HELSINKI, time) / HOUR) % 24);

describe("ticks of a time axis", () => {
  test("the step leaves no more ticks than there is room for", () => {
    expect(stepFor(0, 24 * HOUR, 8)).toEqual({ count: 3, unit: "h" });
    expect(stepFor(0, 24 * HOUR, 24)).toEqual({ count: 1, unit: "h" });
    expect(stepFor(0, 365 * 24 * HOUR, 5)).toEqual({ count: 3, unit: "mo" });
    expect(stepFor(0, 1000 * 366 * 24 * HOUR, 2)).toEqual({ count: 500, unit: "y" });
  });

  test("a spring day of 23 hours has 24 hourly ticks with its ends, and none at three", () => {
    const hours = clockHours(splitsOf(HELSINKI, ...SPRING, HOURLY));
    expect(hours).toEqual([0, 1, 2, ...Array.from({ length: 20 }, (_, i) => i + 4), 0]);
  });

  test("an autumn day of 25 hours has three o'clock twice, an hour apart", () => {
    const splits = splitsOf(HELSINKI, ...AUTUMN, HOURLY);
    expect(clockHours(splits)).toEqual([0, 1, 2, 3, 3, ...Array.from({ length: 20 }, (_, i) => i + 4), 0]);
    expect(splits.slice(1).every((time, index) => time - (splits[index] ?? 0) === HOUR)).toBe(true);
  });

  test("coarser ticks stand on the same readings on every day", () => {
    const step: Step = { count: 6, unit: "h" };
    expect(clockHours(splitsOf(HELSINKI, ...SPRING, step))).toEqual([0, 6, 12, 18, 0]);
    expect(clockHours(splitsOf(HELSINKI, ...AUTUMN, step))).toEqual([0, 6, 12, 18, 0]);
    expect(clockHours(splitsOf(HELSINKI, ...SPRING, { count: 3, unit: "h" }))).toEqual([0, 6, 9, 12, 15, 18, 21, 0]);
  });

  test("days begin at the house's midnight, not at UTC's", () => {
    const days = splitsOf(HELSINKI, at("2026-10-24T12:00:00Z"), at("2026-10-27T12:00:00Z"), { count: 1, unit: "d" });
    expect(days.map((time) => new Date(time).toISOString())).toEqual([
      "2026-10-24T21:00:00.000Z",
      "2026-10-25T22:00:00.000Z",
      "2026-10-26T22:00:00.000Z",
    ]);
  });

  test("weeks begin on Mondays, quarters with their first month", () => {
    const range = [at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")] as const;
    expect(splitsOf("UTC", ...range, { count: 1, unit: "w" }).map((time) => new Date(time).getUTCDay())).toEqual([
      1, 1, 1, 1,
    ]);
    const year = [at("2025-11-15T00:00:00Z"), at("2026-11-15T00:00:00Z")] as const;
    expect(
      splitsOf("UTC", ...year, { count: 3, unit: "mo" }).map((time) => new Date(time).toISOString().slice(0, 10)),
    ).toEqual(["2026-01-01", "2026-04-01", "2026-07-01", "2026-10-01"]);
  });

  test("whatever the zone and the range, ticks ascend within it and stand on round readings", () => {
    for (const zone of [HELSINKI, "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]) {
      for (const day of ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01"]) {
        for (const hours of [0.1, 1, 7, 26, 100]) {
          const min = at(`${day}T00:07:00Z`);
          const max = min + hours * HOUR;
          const step = stepFor(min, max, 8);
          const splits = splitsOf(zone, min, max, step);
          const where = `${zone} ${day} ${hours} h`;
          expect(splits, where).toEqual([...new Set(splits)].sort((a, b) => a - b));
          expect(splits.every((time) => time >= min && time <= max), where).toBe(true);
          if (lengthOf(step) <= 12 * HOUR) {
            expect(splits.every((time) => wallAt(zone, time) % lengthOf(step) === 0), where).toBe(true);
          }
          expect(splits.length, where).toBeLessThanOrEqual(8 + 2 + (lengthOf(step) <= HOUR ? HOUR / lengthOf(step) : 0));
          expect(lengthOf(step)).toBeGreaterThanOrEqual(MINUTE / 60);
        }
      }
    }
  });
});
