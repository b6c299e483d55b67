import { expect, test } from "vitest";
import { formatDate, formatZone, isoDay } from "@/format/dates";

const HELSINKI = "Europe/Helsinki";

test("a time is the house's, in the manner of the language", () => {
  const time = Date.UTC(2026, 9, 25, 0, 30);
  expect(formatDate(time, "time", HELSINKI, "fi")).toBe("03.30");
  expect(formatDate(time, "time", HELSINKI, "en")).toBe("03:30");
});

test("a zone is named by its place and its offset then", () => {
  expect(formatZone(HELSINKI, Date.UTC(2026, 6, 1))).toBe("Helsinki UTC+3");
  expect(formatZone("America/New_York", Date.UTC(2026, 0, 1))).toBe("New York UTC\u22125");
  expect(formatZone("UTC", 0)).toBe("UTC");
});

test("a time's date is the house's", () => {
  expect(isoDay(Date.UTC(2026, 10, 25, 21, 59), HELSINKI)).toBe("2026-11-25");
  expect(isoDay(Date.UTC(2026, 10, 25, 22, 0), HELSINKI)).toBe("2026-11-26");
});
