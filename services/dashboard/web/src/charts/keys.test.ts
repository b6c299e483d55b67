import { expect, test } from "vitest";

import { commandOf, stepIndex } from "./keys";

const press = (key: string, held: Partial<KeyboardEvent> = {}): ReturnType<typeof commandOf> =>
  commandOf({ key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...held });

test("arrows move by one, with Shift by ten", () => {
  expect(press("ArrowRight")).toEqual({ kind: "move", by: 1 });
  expect(press("ArrowLeft", { shiftKey: true })).toEqual({ kind: "move", by: -10 });
});

test("keys for what a drag does", () => {
  expect(["+", "-", "0", "t", "Escape"].map((key) => press(key))).toEqual([
    { kind: "zoom", into: true },
    { kind: "zoom", into: false },
    { kind: "reset" },
    { kind: "table" },
    { kind: "leave" },
  ]);
});

test("the browser keeps its own keys", () => {
  expect(press("+", { ctrlKey: true })).toBeNull();
  expect(press("ArrowLeft", { altKey: true })).toBeNull();
  expect(press("x")).toBeNull();
});

test("the cursor steps over breaks and times of other curves, and stays at the ends", () => {
  const values = [1, null, undefined, 4, 5];
  expect([stepIndex(values, 0, 1), stepIndex(values, 3, -1), stepIndex(values, 0, 10)]).toEqual([3, 0, 4]);
  expect([stepIndex(values, null, 1), stepIndex(values, null, -1), stepIndex([], null, 1)]).toEqual([0, 4, null]);
  expect(stepIndex(values, 4, 1)).toBe(4);
});
