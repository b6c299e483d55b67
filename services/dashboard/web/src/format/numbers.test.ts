import { expect, test } from "vitest";
import { formatNumber, formatValue } from "@/format/numbers";

test("each language has its comma, group and minus sign", () => {
  expect(formatNumber(-12345.67, 1, "fi")).toBe("\u221212\u202f345,7");
  expect(formatNumber(-12345.67, 1, "en")).toBe("-12,345.7");
});

test("a rounded zero has no sign", () => {
  expect(formatNumber(-0.04, 1, "fi")).toBe("0,0");
  expect(formatNumber(-0.04, 1, "en")).toBe("0.0");
});

test("units stand where the language puts them, with their digits", () => {
  expect(formatValue(21.44, "°C", "fi").whole).toBe("21,4\u202f°C");
  expect(formatValue(45.4, "%", "fi").whole).toBe("45\u202f%");
  expect(formatValue(45.4, "%", "en").whole).toBe("45%");
  expect(formatValue(3.14159, "kWh", "en").whole).toBe("3.14\u202fkWh");
  expect(formatValue(31.4159, "kWh", "en").whole).toBe("31.4\u202fkWh");
  expect(formatValue(1.5, "", "en").whole).toBe("1.50");
});

test("power grows into kilowatts at ten of them", () => {
  expect(formatValue(9999, "W", "en").whole).toBe("9,999\u202fW");
  expect(formatValue(10_000, "W", "en").whole).toBe("10.0\u202fkW");
});

test("a cursor reads a digit more than a card", () => {
  expect(formatValue(21.44, "°C", "en", 1).text).toBe("21.44");
});
