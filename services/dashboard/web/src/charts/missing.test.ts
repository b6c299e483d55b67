import { describe, expect, test } from "vitest";

import { missingShare, missingStep } from "./missing";

describe("what is missing", () => {
  test("the share is of what was expected, and more than that is nothing missing", () => {
    expect([missingShare(100, 75), missingShare(100, 110), missingShare(100, 0)]).toEqual([0.25, 0, 1]);
  });

  test("where nothing was expected there is no share", () => {
    expect(missingShare(0, 0)).toBeNull();
  });

  test("steps end where the legend says", () => {
    expect([0, 0.01, 0.011, 0.05, 0.2, 0.21, 0.5, 0.51, 1].map(missingStep)).toEqual([1, 1, 2, 2, 3, 4, 4, 5, 5]);
  });
});
