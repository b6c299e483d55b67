import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const css = readFileSync(new URL("tokens.css", import.meta.url), "utf8");
const [light = "", dark = ""] = css.split(':root[data-theme="dark"]');
const THEMES = { light: colours(light), dark: { ...colours(light), ...colours(dark) } };

function colours(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = "", value = ""]) => [name, value]));
}

/** WCAG 2's contrast ratio. */
function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const GROUNDS = ["page", "card", "sunken"];
const pairs: [string, string, number][] = [
  ...["text", "muted", "link", "ok", "warn", "bad", "off"].flatMap((ink) => GROUNDS.map((on): [string, string, number] => [ink, on, 4.5])),
  ...["control", "s1", "s2", "s3", "s4", "s5", "s6"].flatMap((line) => GROUNDS.map((on): [string, string, number] => [line, on, 3])),
  ...["ok", "warn", "bad", "off"].map((ink): [string, string, number] => [ink, `${ink}-tint`, 4.5]),
  ["link", "info-tint", 4.5],
  ["on-button", "link", 4.5],
  ...["c3", "h3"].map((end): [string, string, number] => ["ink-comfort-ends", `comfort-${end}`, 4.5]),
  ...["c1", "0", "h1"].map((middle): [string, string, number] => ["ink-comfort-middle", `comfort-${middle}`, 4.5]),
  ...["c2", "h2"].map((rest): [string, string, number] => ["ink", `comfort-${rest}`, 4.5]),
  ...["humidity-1", "humidity-2", "amount-1", "amount-2", "amount-3"].map((low): [string, string, number] => ["ink-low", low, 4.5]),
  ["ink-middle", "humidity-3", 4.5],
  ...["humidity-4", "humidity-5", "amount-4", "amount-5"].map((high): [string, string, number] => ["ink-high", high, 4.5]),
];

test.each(Object.entries(THEMES))("%s: every ink and line is told from its ground", (_, theme) => {
  const poor = pairs.filter(([ink, on, least]) => contrast(theme[ink] ?? "", theme[on] ?? "") < least || !theme[ink] || !theme[on]);
  expect(poor).toEqual([]);
});
