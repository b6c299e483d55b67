import { expect, test } from "vitest";

import { spread } from "./endlabels";

test("labels that have room stay where they belong", () => {
  expect(spread([80, 20, 50], 16, 0, 100)).toEqual([80, 20, 50]);
});

test("labels of lines that meet are moved apart, in the order of their lines", () => {
  expect(spread([50, 52, 51], 10, 0, 100)).toEqual([50, 70, 60]);
});

test("labels at the bottom are pushed up, not out", () => {
  expect(spread([98, 99, 100], 10, 0, 100)).toEqual([80, 90, 100]);
});
