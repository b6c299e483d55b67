import { LIMITS, OUTDOOR_CO2, boundsOf, type Category, type Limit } from "@/climate/limits";
import { ErrorStrip } from "@/components/ErrorStrip";
import { formatNumber, separator } from "@/format/numbers";
import type { HouseNow } from "@/houses/model";
import { housePage } from "@/i18n/house";
import { useLanguage, useTexts, type Language } from "@/i18n/language";
import { part, rowOf, useWeek, type Row, type Week } from "@/pages/house/useClimate";

const CATEGORIES: readonly (Category | null)[] = [null, "I", "II", "III"];
const QUANTITIES = ["temperature", "co2"] as const;

/** How much of the last week the house kept within which limits, and whose they are. */
export function Climate({ house }: { house: HouseNow }) {
  const t = useTexts(housePage);
  const week = useWeek(house.project, house.id);
  return (
    <section className="card climate" aria-labelledby="climate">
      <h2 id="climate">{t.climate}</h2>
      <ErrorStrip asked={week} zone={house.zone} />
      {week.data ? <Shares week={week.data} house={house} /> : null}
    </section>
  );
}

function Shares({ week, house }: { week: Week; house: HouseNow }) {
  const t = useTexts(housePage);
  const rows = QUANTITIES.flatMap((quantity) =>
    CATEGORIES.flatMap((category) => {
      const row = rowOf(week[quantity], house.rooms, quantity, category, house.zone);
      return row ? [row] : [];
    }),
  );
  if (rows.length === 0) return <p className="muted">{t.noClimate}</p>;
  return (
    <>
      <table className="shares">
        <thead>
          <tr>
            <th scope="col">{t.limit}</th>
            <th scope="col">{t.whose}</th>
            <th scope="col">{t.share}</th>
            <th scope="col">{t.least}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ShareRow key={row.share.limit.id} row={row} />
          ))}
        </tbody>
      </table>
      <Sources used={rows.map(({ share }) => share.limit)} />
    </>
  );
}

function ShareRow({ row: { share, worst } }: { row: Row }) {
  const t = useTexts(housePage);
  const language = useLanguage();
  return (
    <tr>
      <th scope="row">{limitText(share.limit, language)}</th>
      <td data-label={t.whose}>{t.limitName(share.limit.source.doc, share.limit.category, share.limit.condition.season)}</td>
      <td data-label={t.share}>
        <span className="share">
          <span className="share-number">{percent(part(share), language)}</span>
          <svg className="share-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            <rect width="100" height="8" className="share-all" />
            <rect width={100 * part(share)} height="8" className="share-within" />
          </svg>
        </span>
      </td>
      <td data-label={t.least}>{worst ? `${worst.name} ${percent(part(worst.share), language)}` : t.allAlike}</td>
    </tr>
  );
}

/** Where each limit was read, and what was left out because nobody could check it. */
function Sources({ used }: { used: readonly Limit[] }) {
  const t = useTexts(housePage);
  const documents = [...new Set(used.map(({ source }) => source.doc))];
  return (
    <div className="muted sources">
      <p>{t.method}</p>
      <p>{t.outdoorCo2(OUTDOOR_CO2)}</p>
      <ul>
        {documents.map((doc) => {
          const sources = LIMITS.filter(({ source }) => source.doc === doc).flatMap(({ source }) => source.from);
          return <li key={doc}>{t.secondary(doc, [...new Set(sources)].join(", "))}</li>;
        })}
      </ul>
      <p>{t.leftOut}</p>
    </div>
  );
}

/** "18–26 °C", "≤ 1570 ppm" */
function limitText(limit: Limit, language: Language): string {
  const { lower, upper } = boundsOf(limit);
  const digits = Number.isInteger(lower) || lower === -Infinity ? 0 : 1;
  const unit = separator(limit.unit, language) + limit.unit;
  const top = formatNumber(upper, digits, language) + unit;
  return lower === -Infinity ? `≤\u202f${top}` : `${formatNumber(lower, digits, language)}–${top}`;
}

/** Never 100 % for less than all, nor 0 % for more than nothing. */
function percent(share: number, language: Language): string {
  const rounded = Math.round(share * 100);
  const shown = rounded === 100 && share < 1 ? 99 : rounded === 0 && share > 0 ? 1 : rounded;
  return formatNumber(shown, 0, language) + separator("%", language) + "%";
}
