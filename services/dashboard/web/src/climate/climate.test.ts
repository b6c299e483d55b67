import { expect, test } from "vitest";

import { boundsOf, limitFor, seasonOf } from "@/climate/limits";
import { shadeOf, shadesOf } from "@/climate/shades";
import { shareOf } from "@/climate/share";
import { co2Verdict, COMFORTABLE, SILENT, temperatureVerdict, worse } from "@/climate/verdict";

const ZONE = "Europe/Helsinki";

test.each([
  ["2026-04-30T20:59:00Z", "heating"],
  ["2026-04-30T21:00:00Z", "non_heating"],
  ["2026-09-30T20:59:00Z", "non_heating"],
  ["2026-09-30T21:00:00Z", "heating"],
])("the season changes at the house's midnight: %s is %s", (time, season) => {
  expect(seasonOf(Date.parse(time), ZONE)).toBe(season);
});

test("the decree allows 18 to 26 °C in the heating season, and 1150 ppm above the air outside", () => {
  const [warmth, air] = [limitFor("temperature", null, "heating"), limitFor("co2", null, "heating")];
  expect(warmth && boundsOf(warmth)).toEqual({ lower: 18, upper: 26 });
  expect(air && boundsOf(air)).toEqual({ lower: -Infinity, upper: 420 + 1150 });
});

test.each([
  [17.9, "cold", "bad"],
  [18, "cool", "warn"],
  [19.9, "cool", "warn"],
  [20, "comfortable", "ok"],
  [25, "comfortable", "ok"],
  [25.1, "warm", "warn"],
  [26.1, "hot", "bad"],
])("%s °C in winter is %s", (value, kind, level) => {
  expect(temperatureVerdict(value, "heating")).toEqual({ kind, level });
});

test.each([
  [1220, "comfortable"],
  [1221, "heavy"],
  [1570, "heavy"],
  [1571, "stuffy"],
])("%s ppm is %s", (value, kind) => {
  expect(co2Verdict(value, "heating").kind).toBe(kind);
});

test("what is uncomfortable goes before what is silent, and that before what is well", () => {
  const verdicts = [COMFORTABLE, SILENT, temperatureVerdict(19, "heating"), temperatureVerdict(10, "heating")];
  expect(verdicts.sort(worse).map(({ level }) => level)).toEqual(["bad", "warn", "off", "ok"]);
});

test.each([
  [10, "comfort-c3"],
  [16, "comfort-c2"],
  [18, "comfort-c1"],
  [20, "comfort-0"],
  [25, "comfort-h1"],
  [26, "comfort-h2"],
  [28, "comfort-h3"],
])("%s °C is painted %s", (value, name) => {
  expect(shadeOf(value, shadesOf("temperature", "heating"))?.name).toBe(name);
});

test("hours without a reading count nowhere, and no hour is no share", () => {
  const time = [0, 1, 2, 3].map((hour) => Date.parse("2026-01-01T00:00:00Z") + hour * 3_600_000);
  const share = shareOf({ time, value: [21, null, 17, 26] }, "temperature", null, ZONE);
  expect(share).toMatchObject({ within: 2, hours: 3 });
  expect(shareOf({ time, value: [null, null, null, null] }, "temperature", null, ZONE)).toBeUndefined();
});
