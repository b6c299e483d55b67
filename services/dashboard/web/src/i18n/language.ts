/** The language of the page: the address decides, then what was chosen before, then the browser. */
import { useSyncExternalStore } from "react";
import { readLocation } from "@/router/location";
import { remembered, remember } from "@/components/storage";

export type Language = "fi" | "en";

/** The texts of one page, in both languages; `fi` must have every text that `en` has. */
export interface Dictionary<T> {
  en: T;
  fi: T;
}

const listeners = new Set<() => void>();
let current: Language = initial();

function initial(): Language {
  const asked = readLocation().query.get("lang") ?? remembered("language");
  if (asked === "fi" || asked === "en") return asked;
  const browser = typeof navigator === "undefined" ? "en" : navigator.language;
  return browser.toLowerCase().startsWith("fi") ? "fi" : "en";
}

export function setLanguage(language: Language): void {
  current = language;
  remember("language", language);
  document.documentElement.lang = language;
  listeners.forEach((listener) => listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useLanguage(): Language {
  return useSyncExternalStore(subscribe, () => current);
}

/** The texts of a dictionary in the page's language. */
export function useTexts<T>(dictionary: Dictionary<T>): T {
  return dictionary[useLanguage()];
}

/** For what is no component: errors, exports. */
export function language(): Language {
  return current;
}
