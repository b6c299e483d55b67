/** Light or dark: as chosen, else as the system says. What draws on a canvas asks for the colours here. */
import { useSyncExternalStore } from "react";
import { remember, remembered } from "@/components/storage";

export type Choice = "auto" | "light" | "dark";
export type Theme = "light" | "dark";

const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let choice: Choice = read();
let forced: Theme | null = null;

function read(): Choice {
  const found = remembered("theme");
  return found === "light" || found === "dark" ? found : "auto";
}

function apply(): void {
  document.documentElement.dataset.theme = theme();
  listeners.forEach((listener) => listener());
}

function theme(): Theme {
  if (forced) return forced;
  if (choice !== "auto") return choice;
  return system.matches ? "dark" : "light";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Call once, before anything is drawn. */
export function startTheme(): void {
  system.addEventListener("change", apply);
  apply();
}

export function setTheme(next: Choice): void {
  choice = next;
  remember("theme", next);
  apply();
}

/** For a page that has one theme only; null gives it back. */
export function forceTheme(next: Theme | null): void {
  forced = next;
  apply();
}

export function useThemeChoice(): Choice {
  return useSyncExternalStore(subscribe, () => choice);
}

/** A token's colour now, for a canvas: `token("s1")`. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
