import { expect, test } from "vitest";

import type { Entry } from "./catalogue";
import { plansOf } from "./plans";

const DAY = 86_400_000;
const AUTO = { resolution: "auto", aggregate: "auto" } as const;

function entry(kind: Entry["kind"], interval: number | null = 60_000): Entry {
  return {
    path: "p/a/k/d/q", project: "p", house: "a", room: "k", device: "d", quantity: "q",
    houseName: "A", roomName: "K", quantityName: "Q", unit: null, symbol: "", kind,
    first: 0, last: 1, interval, zone: "UTC",
  };
}

const plan = (kind: Entry["kind"], view: Parameters<typeof plansOf>[1], days: number, interval?: number) => {
  const [found] = plansOf([{ entry: entry(kind, interval), slot: 1 }], view, days * DAY, 1000);
  return [found?.every, found?.aggregate, found?.hasBand, found?.shape];
};

test("a day of minutes is drawn reading by reading, a year in means with their extremes", () => {
  expect(plan("gauge", AUTO, 1)).toEqual([null, null, false, "line"]);
  expect(plan("gauge", AUTO, 365)).toEqual(["1d", "mean", true, "line"]);
});

test("what was chosen holds, whatever the range", () => {
  expect(plan("gauge", { resolution: "1h", aggregate: "max" }, 1)).toEqual(["1h", "max", false, "line"]);
  expect(plan("gauge", { resolution: "raw", aggregate: "auto" }, 30)).toEqual([null, null, false, "line"]);
});

test("a meter shows what it gained, in bars that can be told apart", () => {
  expect(plan("counter", AUTO, 7)).toEqual(["3h", "delta", false, "bar"]);
  expect(plan("counter", AUTO, 365)).toEqual(["1w", "delta", false, "bar"]);
  expect(plan("counter", { resolution: "1h", aggregate: "mean" }, 7)).toEqual(["1h", "mean", true, "line"]);
});

test("a state holds until it changes, and has no extremes", () => {
  expect(plan("state", AUTO, 1)).toEqual([null, null, false, "step"]);
  expect(plan("state", AUTO, 365)).toEqual(["1d", "mean", false, "step"]);
});

test("one dense series takes all with it, so that all curves are made alike", () => {
  const both = plansOf([{ entry: entry("gauge", 1000), slot: 1 }, { entry: entry("gauge", 600_000), slot: 2 }], AUTO, DAY, 1000);
  expect(both.map(({ every }) => every)).toEqual(["2m", "2m"]);
});
