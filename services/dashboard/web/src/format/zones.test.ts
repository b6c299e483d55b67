import { describe, expect, test } from "vitest";

import { DAY, HOUR, addDays, hoursOfDay, isRepeated, offsetAt, offsetName, startOfDay, timeOf, timesOf } from "./zones";

const HELSINKI = "Europe/Helsinki";
const at = (text: string): number => Date.parse(text);

describe("a zone's clock", () => {
  test("it is ahead of UTC by the offset of the time of year", () => {
    expect(offsetAt(HELSINKI, at("2026-01-15T12:00:00Z"))).toBe(2 * HOUR);
    expect(offsetAt(HELSINKI, at("2026-07-15T12:00:00Z"))).toBe(3 * HOUR);
    expect(offsetAt("America/St_Johns", at("2026-01-15T12:00:00Z"))).toBe(-3.5 * HOUR);
  });

  test("it never shows the hour that spring leaves out", () => {
    expect(timesOf(HELSINKI, at("2026-03-29T03:30:00Z"))).toEqual([]);
    expect(timeOf(HELSINKI, at("2026-03-29T03:30:00Z"))).toBe(at("2026-03-29T04:30:00+03:00"));
  });

  test("it shows the hour that autumn repeats twice", () => {
    expect(timesOf(HELSINKI, at("2026-10-25T03:30:00Z"))).toEqual([
      at("2026-10-25T03:30:00+03:00"),
      at("2026-10-25T03:30:00+02:00"),
    ]);
    expect(isRepeated(HELSINKI, at("2026-10-25T03:30:00+02:00"))).toBe(true);
    expect(isRepeated(HELSINKI, at("2026-10-25T04:00:00+02:00"))).toBe(false);
  });

  test("days have 23, 24 and 25 hours", () => {
    const days = ["2026-03-29", "2026-03-30", "2026-10-25"];
    expect(days.map((day) => hoursOfDay(HELSINKI, at(`${day}T10:00:00Z`)))).toEqual([23, 24, 25]);
  });

  test("a day that begins at one o'clock begins when there is a clock again", () => {
    // Beirut leaves out the hour from midnight to one.
    expect(startOfDay("Asia/Beirut", at("2026-03-29T12:00:00Z"))).toBe(at("2026-03-29T01:00:00+03:00"));
  });

  test("a week later the clock shows the same, also across its change", () => {
    expect(addDays(HELSINKI, at("2026-10-20T08:00:00+03:00"), 7)).toBe(at("2026-10-27T08:00:00+02:00"));
    expect(addDays(HELSINKI, at("2026-10-27T08:00:00+02:00"), -7)).toBe(at("2026-10-20T08:00:00+03:00"));
  });

  test("every time is among the times at which its reading is shown", () => {
    for (const zone of [HELSINKI, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]) {
      for (let time = at("2026-01-01T00:15:00Z"); time < at("2027-01-01T00:00:00Z"); time += 3.43 * DAY) {
        expect(timesOf(zone, time + offsetAt(zone, time))).toContain(time);
      }
    }
  });

  test("offsets are named as people write them", () => {
    const time = at("2026-01-15T12:00:00Z");
    expect([HELSINKI, "Asia/Kathmandu", "America/New_York", "UTC"].map((zone) => offsetName(zone, time))).toEqual([
      "UTC+2",
      "UTC+5:45",
      "UTC−5",
      "UTC+0",
    ]);
  });
});
