import { expect, test } from "vitest";
import { formatDate, formatZone, offsetMinutes, startOfDay } from "@/format/dates";

const HELSINKI = "Europe/Helsinki";
const HOUR = 3_600_000;

test("a time is the house's, in the manner of the language", () => {
  const time = Date.UTC(2026, 9, 25, 0, 30);
  expect(formatDate(time, "time", HELSINKI, "fi")).toBe("03.30");
  expect(formatDate(time, "time", HELSINKI, "en")).toBe("03:30");
});

test("offsets follow the clock's change", () => {
  expect(offsetMinutes(HELSINKI, Date.UTC(2026, 9, 25, 0, 59))).toBe(180);
  expect(offsetMinutes(HELSINKI, Date.UTC(2026, 9, 25, 1, 0))).toBe(120);
  expect(offsetMinutes("Asia/Kolkata", 0)).toBe(330);
  expect(formatZone(HELSINKI, Date.UTC(2026, 6, 1))).toBe("Helsinki UTC+3");
  expect(formatZone("America/New_York", Date.UTC(2026, 0, 1))).toBe("New York UTC\u22125");
});

test("days of 23 and 25 hours begin at midnight and end at the next", () => {
  for (const [day, hours] of [[Date.UTC(2026, 2, 29, 12), 23], [Date.UTC(2026, 9, 25, 12), 25], [Date.UTC(2026, 5, 1, 12), 24]] as const) {
    expect((startOfDay(HELSINKI, day, 1) - startOfDay(HELSINKI, day)) / HOUR).toBe(hours);
    expect(formatDate(startOfDay(HELSINKI, day), "seconds", HELSINKI, "en")).toBe("00:00:00");
  }
});
