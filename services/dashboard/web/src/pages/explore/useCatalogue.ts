import { useMemo } from "react";

import { CATALOGUE, readCatalogue } from "@/api/catalogue";
import { useAsk, type Asked } from "@/api/query";
import type { Language } from "@/i18n/language";

import { entriesOf, type Entry } from "./catalogue";

const REFRESH_MS = 60_000;

/** Every series, named; the names' own answers fail and heal with it. */
export function useCatalogue(language: Language): { asked: Asked<unknown>; entries: readonly Entry[] | undefined } {
  const asked = useAsk(CATALOGUE, readCatalogue, REFRESH_MS);
  const { data } = asked;
  const entries = useMemo(() => (data === undefined ? undefined : entriesOf(data.series, data, language)), [data, language]);
  return { asked, entries };
}
