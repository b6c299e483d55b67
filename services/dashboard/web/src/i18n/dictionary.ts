import type { Dictionary } from "@/i18n/language";

/** Texts may be any string, lists of texts too; functions stay as they are. */
type Texts<T> = {
  [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: never[]) => unknown ? T[K] : Texts<T[K]>;
};

/** Texts in both languages, with the same names in both. */
export function dictionary<const T extends object>(en: T, fi: Texts<T>): Dictionary<Texts<T>> {
  return { en: en as Texts<T>, fi };
}
