import { expect, test } from "vitest";

import { pathOf, type Entry } from "./catalogue";
import { fileName, tablesOf } from "./files";
import type { Plan } from "./plans";

function plan(device: string, quantity: string, every: Plan["every"], aggregate: string | null): Plan {
  const names = { project: "p", house: "house-a", room: "kitchen", device, quantity };
  const entry: Entry = {
    ...names,
    path: pathOf(names), houseName: "A", roomName: "K", quantityName: "Q", unit: null, symbol: "", kind: "gauge",
    first: 0, last: 1, interval: 1, zone: "UTC",
  };
  return { entry, slot: 1, every, aggregate, hasBand: false, shape: "line" };
}

const RANGE = { start: Date.parse("2026-10-25T00:00:00Z"), stop: Date.parse("2026-10-26T00:00:00Z") };

test("the table has the series, the range, the windows and the aggregate that are shown", () => {
  const plans = [plan("air-1", "temperature", "10m", "mean"), plan("air 2", "temperature", "10m", "mean")];
  const [file, ...others] = tablesOf(plans, plans.map(({ entry }) => entry), RANGE, "csv");
  expect(others).toEqual([]);
  expect(file?.name).toBe("house-a_temperature_10m-mean_2026-10-25_2026-10-26.csv");
  const url = new URL(file?.url ?? "", "http://localhost");
  expect(url.pathname).toBe("/api/v1/readings");
  expect([...url.searchParams]).toEqual([
    ["project", "p"], ["house", "house-a"], ["room", "kitchen"], ["device", "air-1"], ["device", "air 2"],
    ["quantity", "temperature"], ["start", "2026-10-25T00:00:00.000Z"], ["stop", "2026-10-26T00:00:00.000Z"],
    ["every", "10m"], ["gap", "skip"], ["aggregate", "mean"], ["format", "csv"],
  ]);
});

test("what is made in different ways goes into files of its own", () => {
  const plans = [plan("air-1", "temperature", "10m", "mean"), plan("meter", "energy_total", "3h", "delta")];
  const files = tablesOf(plans, plans.map(({ entry }) => entry), RANGE, "parquet");
  expect(files.map(({ name }) => name)).toEqual([
    "house-a_temperature_10m-mean_2026-10-25_2026-10-26.parquet",
    "house-a_energy_total_3h-delta_2026-10-25_2026-10-26.parquet",
  ]);
});

test("a file's name holds nothing that a file's name may not", () => {
  expect(fileName(["a/b", "lämpö tila", "x:y"], "csv")).toBe("a-b_lämpö-tila_x-y.csv");
  expect(fileName(["x".repeat(300)], "png").length).toBeLessThan(130);
});
