import type { ReactNode } from "react";

import { useTexts } from "@/i18n/language";

import { exploreTexts } from "./texts";

/** Controls that a phone folds away, so that the chart has the screen. */
export function Sheet({ isOpen, children }: { isOpen: boolean; children: ReactNode }) {
  const texts = useTexts(exploreTexts);
  return isOpen ? (
    children
  ) : (
    <details className="explore-sheet">
      <summary>{texts.controls}</summary>
      {children}
    </details>
  );
}
