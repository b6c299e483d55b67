import { expect, test } from "vitest";

import { FIRST_VIEW, parseView, viewQuery, type View } from "./view";

const queryOf = (view: View): URLSearchParams => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(viewQuery(view))) {
    for (const one of typeof value === "string" ? [value] : (value ?? [])) {
      query.append(name, one);
    }
  }
  return query;
};

const FULL: View = {
  picked: [
    { path: "p/a/kitchen/air-1/temperature", slot: 1 },
    { path: "p/a/kitchen/air-1/co2", slot: 1 },
    { path: "p/a/bed%2Froom/air-2/temperature", slot: 3 },
  ],
  range: { start: Date.parse("2026-10-25T00:00:00Z"), stop: Date.parse("2026-10-26T00:00:00Z") },
  resolution: "10m",
  aggregate: "max",
  isCompared: true,
  isTable: true,
};

test("a view survives its address", () => {
  expect(parseView(queryOf(FULL))).toEqual(FULL);
  const relative: View = { ...FULL, range: { last: "24h" }, resolution: "raw", aggregate: "auto" };
  expect(parseView(new URLSearchParams(queryOf(relative).toString()))).toEqual(relative);
});

test("colours stay with their curves when one between them was taken away", () => {
  const left: View = { ...FULL, picked: [{ path: "p/a/bed%2Froom/air-2/temperature", slot: 3 }] };
  expect(parseView(queryOf(left)).picked).toEqual(left.picked);
});

test("the first view has an empty address, and nothing picked is not the same as not picked yet", () => {
  expect(queryOf(FIRST_VIEW).toString()).toBe("");
  expect(parseView(new URLSearchParams())).toEqual(FIRST_VIEW);
  expect(parseView(queryOf({ ...FIRST_VIEW, picked: [] })).picked).toEqual([]);
});

test("what an address says wrongly is as if it said nothing", () => {
  const query = new URLSearchParams("last=8d&every=7m&aggregate=best&from=2026-02-02&to=2026-01-01&compare=yes");
  expect(parseView(query)).toEqual(FIRST_VIEW);
});
