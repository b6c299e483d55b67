import { useEffect } from "react";
import { common } from "@/i18n/common";
import { useTexts } from "@/i18n/language";

/** The window's title, the page's own words first. */
export function useTitle(title: string): void {
  const { brand } = useTexts(common);
  useEffect(() => {
    document.title = `${title} · ${brand}`;
  }, [title, brand]);
}
