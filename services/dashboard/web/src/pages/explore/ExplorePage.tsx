import "./explore.css";

import { useMemo } from "react";

import { ErrorStrip } from "@/components/ErrorStrip";
import { useLanguage, useTexts } from "@/i18n/language";

import { proposal, type Entry } from "./catalogue";
import { slotsFor, type Chosen } from "./choice";
import { Explorer } from "./Explorer";
import { Waiting } from "./Waiting";
import { exploreTexts } from "./texts";
import { useCatalogue } from "./useCatalogue";
import { useView } from "./useView";

/** Curves of any series over any range: the address holds the whole view. */
export default function ExplorePage() {
  const texts = useTexts(exploreTexts);
  const language = useLanguage();
  const views = useView();
  const { asked, entries } = useCatalogue(language);
  const { picked } = views.view;
  const { chosen, unknown } = useMemo(() => choiceOf(entries ?? [], picked), [entries, picked]);
  return (
    <div className="explore">
      <h1 className="hidden">{texts.title}</h1>
      <ErrorStrip asked={asked} zone="UTC" />
      {entries === undefined && asked.error === null && <Waiting />}
      {entries?.length === 0 && (
        <section className="notice">
          <h2>{texts.noSeries}</h2>
          <p>{texts.noSeriesHint}</p>
        </section>
      )}
      {entries !== undefined && unknown.length > 0 && (
        <div className="strip" role="status">
          {unknown.map((path) => (
            <p key={path}>{texts.unknown(path)}</p>
          ))}
        </div>
      )}
      {entries !== undefined && entries.length > 0 && <Explorer entries={entries} chosen={chosen} views={views} />}
    </div>
  );
}

/** The series of an address or, where it names none, what is proposed. */
function choiceOf(entries: readonly Entry[], picked: readonly { path: string; slot: Chosen["slot"] }[] | null): { chosen: Chosen[]; unknown: string[] } {
  if (picked === null) {
    return { chosen: slotsFor(proposal(entries), []), unknown: [] };
  }
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const chosen: Chosen[] = [];
  const unknown: string[] = [];
  for (const { path, slot } of picked) {
    const entry = byPath.get(path);
    if (entry === undefined) {
      unknown.push(path);
    } else {
      chosen.push({ entry, slot });
    }
  }
  return { chosen, unknown };
}
