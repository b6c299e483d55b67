import { describe, expect, test } from "vitest";

import { slotFor, type Coloured } from "./palette";

const curve = (place: string, panel: string): Omit<Coloured, "slot"> => ({ key: `${place} ${panel}`, place, panel });

/** Adds curves one after another, as a person picks them. */
function picked(...curves: Omit<Coloured, "slot">[]): Coloured[] {
  const taken: Coloured[] = [];
  for (const each of curves) {
    const slot = slotFor(each, taken);
    if (slot !== null) {
      taken.push({ ...each, slot });
    }
  }
  return taken;
}

describe("colours of curves", () => {
  test("they are taken in order", () => {
    expect(picked(curve("living", "°C"), curve("kitchen", "°C")).map(({ slot }) => slot)).toEqual([1, 2]);
  });

  test("a place has one colour in all panels", () => {
    const taken = picked(curve("living", "°C"), curve("kitchen", "°C"), curve("kitchen", "ppm"), curve("bath", "ppm"));
    expect(taken.map(({ slot }) => slot)).toEqual([1, 2, 2, 3]);
  });

  test("taking one away recolours none, and the next takes the free colour", () => {
    const [living, kitchen, bath] = picked(curve("living", "°C"), curve("kitchen", "°C"), curve("bath", "°C"));
    const left = [living, bath].filter((each) => each !== undefined);
    expect(left.map(({ slot }) => slot)).toEqual([1, 3]);
    expect(kitchen?.slot).toBe(2);
    expect(slotFor(curve("attic", "°C"), left)).toBe(2);
  });

  test("in one panel no colour stands twice, even for one place", () => {
    const twice = picked({ key: "a", place: "living", panel: "°C" }, { key: "b", place: "living", panel: "°C" });
    expect(twice.map(({ slot }) => slot)).toEqual([1, 2]);
  });

  test("a panel of six is full", () => {
    const full = picked(..."abcdef".split("").map((place) => curve(place, "°C")));
    expect(slotFor(curve("g", "°C"), full)).toBeNull();
    expect(slotFor(curve("g", "ppm"), full)).toBe(1);
  });
});
