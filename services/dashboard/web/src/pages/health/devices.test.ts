import { describe, expect, test } from "vitest";

import { deviceRows, firstDay, silentDevices, stuckSeries } from "./devices";

const named = (device: string, quantity = "temperature", house = "a") => ({ project: "p", house, room: "kitchen", device, quantity });
const complete = (device: string, expected: (number | null)[], actual: number[], quantity?: string) => ({
  ...named(device, quantity),
  windows: { time: expected.map((_, day) => day * 1000), expected, actual },
});

describe("completeness of devices", () => {
  test("all series of a device count together, and its components are one device", () => {
    const [row, ...others] = deviceRows([complete("air.SCD40", [10, 10], [10, 5]), complete("air.BME", [10, 10], [9, 10], "humidity")]);
    expect(others).toEqual([]);
    expect(row).toMatchObject({ key: "p/a/air", device: "air", rooms: ["kitchen"], expected: 40, actual: 34 });
    expect(row?.days).toEqual([
      { time: 0, expected: 20, actual: 19 },
      { time: 1000, expected: 20, actual: 15 },
    ]);
  });

  test("too many readings of one quantity do not hide that another is missing", () => {
    expect(deviceRows([complete("a", [10], [30]), complete("a", [10], [0], "humidity")])[0]).toMatchObject({ expected: 20, actual: 10 });
  });

  test("the worst device comes first, one of which nothing was expected last", () => {
    const rows = deviceRows([complete("none", [null], [0]), complete("good", [10], [10]), complete("bad", [10], [1])]);
    expect(rows.map(({ device }) => device)).toEqual(["bad", "good", "none"]);
  });
});

describe("the first of some days", () => {
  const KIRITIMATI = "Pacific/Kiritimati";
  const HELSINKI = "Europe/Helsinki";

  test("it is counted from today, today among them", () => {
    expect(firstDay([HELSINKI], Date.parse("2026-11-26T12:00:00Z"), 14)).toBe("2026-11-13");
    expect(firstDay([], Date.parse("2026-11-26T12:00:00Z"), 1)).toBe("2026-11-26");
  });

  test("where houses have different dates it is counted from the later one, in any order", () => {
    const now = Date.parse("2026-11-26T12:00:00Z"); // the 27th in Kiritimati
    expect(firstDay([HELSINKI, KIRITIMATI], now, 14)).toBe("2026-11-14");
    expect(firstDay([KIRITIMATI, HELSINKI], now, 14)).toBe("2026-11-14");
  });

  test("half an hour after midnight, across a day of 23 hours, it is the same day as at noon", () => {
    expect(firstDay([HELSINKI], Date.parse("2026-04-04T00:30:00+03:00"), 14)).toBe("2026-03-22");
  });
});

describe("silent devices", () => {
  const MINUTE = 60_000;

  test("a device is silent when none of its series has sent for three intervals", () => {
    const series = [
      { ...named("dead"), last: 0, interval: MINUTE },
      { ...named("dead", "humidity"), last: MINUTE, interval: 5 * MINUTE },
      { ...named("half"), last: 0, interval: MINUTE },
      { ...named("half", "humidity"), last: 59 * MINUTE, interval: MINUTE },
      { ...named("once"), last: 0, interval: null },
    ];
    expect(silentDevices(series, 60 * MINUTE)).toEqual([
      { key: "p/a/dead", project: "p", house: "a", room: "kitchen", device: "dead", last: MINUTE, interval: MINUTE },
    ]);
  });

  test("a fast sensor is not silent for being a few seconds late", () => {
    expect(silentDevices([{ ...named("fast"), last: 0, interval: 1000 }], 30_000)).toEqual([]);
    expect(silentDevices([{ ...named("fast"), last: 0, interval: 1000 }], 61_000)).toHaveLength(1);
  });

  test("equal names in two houses are two devices, the longest silent first", () => {
    const series = [
      { ...named("x", "temperature", "b"), last: 5, interval: 1 },
      { ...named("x", "temperature", "a"), last: 9, interval: 1 },
    ];
    expect(silentDevices(series, 1e9).map(({ key }) => key)).toEqual(["p/b/x", "p/a/x"]);
  });
});

describe("stuck sensors", () => {
  const with_ = (device: string, value: (number | null)[]) => ({ ...named(device), value });

  test("one value all day is stuck, a moving one is not", () => {
    const low = [with_("stuck", [21, null, 21]), with_("well", [21, 20])];
    const high = [with_("stuck", [21, null, 21]), with_("well", [21, 22])];
    const count = [with_("stuck", [20, 0, 20]), with_("well", [20, 20])];
    expect(stuckSeries(low, high, count)).toEqual([{ ...named("stuck"), value: 21, readings: 40 }]);
  });

  test("a few equal readings are chance", () => {
    const one = [with_("slow", [21])];
    expect(stuckSeries(one, one, [with_("slow", [3])])).toEqual([]);
  });

  test("a sensor that jumped once is not stuck", () => {
    const low = [with_("jump", [21, 22])];
    expect(stuckSeries(low, low, [with_("jump", [50, 50])])).toEqual([]);
  });
});
