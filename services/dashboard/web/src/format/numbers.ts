/** Numbers as the page's language writes them, with as many digits as their unit deserves. */
import type { Language } from "@/i18n/language";

const NARROW = "\u202f";
const LOCALES: Record<Language, string> = { fi: "fi-FI", en: "en-GB" };
const formats = new Map<string, Intl.NumberFormat>();

export interface Measure {
  /** The number alone. */
  text: string;
  /** The unit as people write it; empty where there is none. */
  unit: string;
  /** Number and unit, with the space that the language puts between them. */
  whole: string;
}

export function locale(language: Language): string {
  return LOCALES[language];
}

export function formatNumber(value: number, digits: number, language: Language): string {
  const key = `${language}${digits}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  // A rounded zero has no sign, a minus is a minus sign in Finnish only, and groups must not break a line.
  const text = format.format(value).replaceAll("\u00a0", NARROW);
  return /[1-9]/.test(text) ? text : text.replace(/^[-\u2212]/, "");
}

/** Digits after the comma for values of a unit (its symbol). */
export function digitsOf(symbol: string, value: number): number {
  switch (symbol) {
    case "°C":
    case "m/s":
    case "mm":
    case "kW":
      return 1;
    case "g/m³":
      return 1;
    case "kWh":
      return Math.abs(value) < 10 ? 2 : 1;
    case "m³":
      return 3;
    case "A":
    case "Hz":
      return 2;
    case "":
      return Number.isInteger(value) ? 0 : 2;
    default:
      return 0;
  }
}

/** A value with its unit. `more` digits for a cursor, which reads more exactly than a card. */
export function formatValue(value: number, symbol: string, language: Language, more = 0): Measure {
  const large = symbol === "W" && Math.abs(value) >= 10_000;
  const unit = large ? "kW" : symbol;
  const shown = large ? value / 1000 : value;
  const text = formatNumber(shown, digitsOf(unit, shown) + more, language);
  return { text, unit, whole: text + separator(unit, language) + unit };
}

/** What stands between a number and its unit. */
export function separator(unit: string, language: Language): string {
  if (unit === "" || (unit === "%" && language === "en")) return "";
  return NARROW;
}
