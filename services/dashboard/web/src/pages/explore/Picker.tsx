import { useId, useState } from "react";

import type { Slot } from "@/charts/palette";
import { Swatch } from "@/charts/Swatch";
import { useTexts } from "@/i18n/language";

import { search, type Entry } from "./catalogue";
import { groups } from "./requests";
import { exploreTexts } from "./texts";

const MOST_LISTED = 60;

export interface Choice {
  readonly entry: Entry;
  readonly slot: Slot;
}

/** The chosen series as chips, and the list to choose from. */
export function Picker({
  entries,
  chosen,
  isFull,
  onToggle,
}: {
  entries: readonly Entry[];
  chosen: readonly Choice[];
  isFull: (entry: Entry) => boolean;
  onToggle: (entry: Entry) => void;
}) {
  const texts = useTexts(exploreTexts);
  const [isOpen, setOpen] = useState(false);
  const list = useId();
  return (
    <section className="explore-picker" aria-label={texts.series}>
      <ul className="explore-chips">
        {chosen.map(({ entry, slot }) => {
          const name = `${entry.houseName}, ${entry.roomName}, ${entry.quantityName.toLowerCase()}`;
          return (
            <li key={entry.path} className="explore-chip">
              <Swatch slot={slot} />
              <span>
                {entry.roomName} <span className="muted">{entry.houseName}</span>, {entry.quantityName.toLowerCase()}
              </span>
              <button type="button" aria-label={texts.remove(name)} title={texts.remove(name)} onClick={() => onToggle(entry)}>
                ×
              </button>
            </li>
          );
        })}
        <li>
          <button type="button" className="button quiet" aria-expanded={isOpen} aria-controls={list} onClick={() => setOpen(!isOpen)}>
            {isOpen ? texts.close : texts.add}
          </button>
        </li>
      </ul>
      <div id={list} hidden={!isOpen}>
        {isOpen && <SeriesList entries={entries} chosen={chosen} isFull={isFull} onToggle={onToggle} />}
      </div>
    </section>
  );
}

function SeriesList({ entries, chosen, isFull, onToggle }: Parameters<typeof Picker>[0]) {
  const texts = useTexts(exploreTexts);
  const [text, setText] = useState("");
  const found = search(entries, text);
  const listed = found.slice(0, MOST_LISTED);
  const paths = new Set(chosen.map(({ entry }) => entry.path));
  return (
    <div className="explore-list card">
      <input
        type="search"
        value={text}
        autoFocus
        aria-label={texts.search}
        placeholder={texts.search}
        onChange={(event) => setText(event.target.value)}
      />
      <p className="muted" role="status">
        {found.length === 0 ? texts.notFound : texts.found(found.length, listed.length)}
      </p>
      <div className="explore-list-houses">
        {groups(listed, ({ project, house }) => `${project}/${house}`).map((ofHouse) => (
          <fieldset key={`${ofHouse[0]?.project}/${ofHouse[0]?.house}`}>
            <legend>
              {ofHouse[0]?.houseName} <span className="muted">{ofHouse[0]?.project}</span>
            </legend>
            {ofHouse.map((entry) => {
              const isChosen = paths.has(entry.path);
              const isBarred = !isChosen && isFull(entry);
              return (
                <label key={entry.path} title={isBarred ? texts.full : entry.device}>
                  <input type="checkbox" checked={isChosen} disabled={isBarred} onChange={() => onToggle(entry)} />
                  <span>
                    {entry.roomName}, {entry.quantityName.toLowerCase()}{" "}
                    <span className="muted">{entry.symbol}</span>
                  </span>
                </label>
              );
            })}
          </fieldset>
        ))}
      </div>
    </div>
  );
}
