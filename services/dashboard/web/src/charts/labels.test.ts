import { describe, expect, test } from "vitest";

import { briefSpanText, clockText, durationText, momentText, spanText, tickLabels } from "./labels";
import { splitsOf, type Step } from "./splits";

const HELSINKI = "Europe/Helsinki";
const at = (text: string): number => Date.parse(text);
const labels = (start: string, stop: string, step: Step, tag: string): string[] =>
  tickLabels(splitsOf(HELSINKI, at(start), at(stop), step), step, HELSINKI, tag);

describe("labels of a time axis", () => {
  test("the repeated hour is told apart by its offset", () => {
    const step: Step = { count: 1, unit: "h" };
    expect(labels("2026-10-25T02:00:00+03:00", "2026-10-25T04:00:00+02:00", step, "fi-FI")).toEqual([
      "2.00\nsu 25.10. (25 h)",
      "3.00 UTC+3",
      "3.00 UTC+2",
      "4.00",
    ]);
  });

  test("the missing hour has no label", () => {
    const step: Step = { count: 1, unit: "h" };
    expect(labels("2026-03-29T02:00:00+02:00", "2026-03-29T05:00:00+03:00", step, "en-GB")).toEqual([
      "02:00\nSun 29 Mar (23 h)",
      "04:00",
      "05:00",
    ]);
  });

  test("midnight names the day that begins", () => {
    const step: Step = { count: 12, unit: "h" };
    expect(labels("2026-10-24T12:00:00+03:00", "2026-10-26T00:00:00+02:00", step, "fi-FI")).toEqual([
      "12.00\nla 24.10.",
      "0.00\nsu 25.10. (25 h)",
      "12.00",
      "0.00\nma 26.10.",
    ]);
  });

  test("daily ticks say which day is longer or shorter", () => {
    const step: Step = { count: 1, unit: "d" };
    expect(labels("2026-10-24T00:00:00+03:00", "2026-10-26T00:00:00+02:00", step, "fi-FI")).toEqual([
      "24.10.\n2026",
      "25.10. (25 h)\nsu",
      "26.10.\nma",
    ]);
    expect(labels("2026-03-28T00:00:00+02:00", "2026-03-29T00:00:00+02:00", step, "en-GB")).toEqual([
      "28 Mar\n2026",
      "29 Mar (23 h)\nSun",
    ]);
  });

  test("the year stands where it begins", () => {
    const step: Step = { count: 3, unit: "mo" };
    expect(labels("2025-10-01T00:00:00+03:00", "2026-04-02T00:00:00+03:00", step, "en-GB")).toEqual([
      "Oct\n2025",
      "Jan\n2026",
      "Apr",
    ]);
  });
});

describe("times in words", () => {
  test("a moment of the repeated hour carries its offset", () => {
    expect(momentText(at("2026-10-25T03:30:00+02:00"), HELSINKI, "fi-FI")).toBe("su 25.10. 3.30 UTC+2");
    expect(clockText(at("2026-10-25T04:30:15+02:00"), HELSINKI, "en-GB", true)).toBe("04:30:15");
  });

  test("a span on one day names it once", () => {
    const start = at("2026-11-02T14:05:00+02:00");
    const now = at("2026-12-01T00:00:00Z");
    expect(spanText(start, at("2026-11-02T16:20:00+02:00"), HELSINKI, "fi-FI", now)).toBe("ma 2.11. 14.05–16.20");
    expect(spanText(start, at("2026-11-03T16:20:00+02:00"), HELSINKI, "fi-FI", now)).toBe("ma 2.11. 14.05–ti 3.11. 16.20");
  });

  test("a brief span has the clock on one day, else the days", () => {
    const start = at("2026-11-02T14:05:00+02:00");
    expect(briefSpanText(start, at("2026-11-02T16:20:00+02:00"), HELSINKI, "fi-FI")).toBe("14.05–16.20");
    expect(briefSpanText(start, at("2026-11-05T16:20:00+02:00"), HELSINKI, "en-GB")).toBe("2 Nov–5 Nov");
  });

  test("a span of another year names it", () => {
    const [start, stop] = [at("2025-11-02T14:05:00+02:00"), at("2026-11-02T14:05:00+02:00")];
    expect(spanText(start, stop, HELSINKI, "fi-FI", stop)).toBe("2.11.2025 14.05–2.11.2026 14.05");
    expect(spanText(start, start + 60_000, HELSINKI, "en-GB", stop)).toBe("2 Nov 2025 14:05–14:06");
  });

  test("durations have at most two units", () => {
    expect([5_000, 120_000, 8_100_000, 7_200_000, 97_200_000, 86_400_000].map(durationText)).toEqual([
      "5 s",
      "2 min",
      "2 h 15 min",
      "2 h",
      "1 d 3 h",
      "1 d",
    ]);
  });
});
