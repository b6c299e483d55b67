import { expect, test } from "vitest";
import { labelHeight, screenOf, secondsOf } from "@/pages/kiosk/screen";

test.each([
  [43, 7.8],
  [55, 6.1],
  [65, 5.2],
  [75, 4.5],
])("labels on %s inches at five metres are %s %% of the height", (inches, percent) => {
  expect(Math.abs(labelHeight({ inches, distance: 5 }) - percent)).toBeLessThan(0.1);
});

test("an address describes the screen, and nonsense is the usual screen", () => {
  expect(screenOf(new URLSearchParams("screen=75&distance=3"))).toEqual({ inches: 75, distance: 3 });
  expect(screenOf(new URLSearchParams("screen=big&distance=-1"))).toEqual({ inches: 55, distance: 5 });
  expect(secondsOf(new URLSearchParams("seconds=5"))).toBe(5);
  expect(secondsOf(new URLSearchParams(""))).toBe(20);
});
