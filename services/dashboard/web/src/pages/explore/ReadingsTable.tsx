import { useState } from "react";

import { momentText } from "@/charts/labels";
import type { Panel } from "@/charts/model";
import { Swatch } from "@/charts/Swatch";
import { locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import { columnsOf, rowsOf } from "./rows";
import { exploreTexts } from "./texts";

const PAGE = 200;
const MOST_DIGITS = 6;

/** What the charts show, as numbers: newest first, two hundred rows a page. */
export function ReadingsTable({ panels, zone }: { panels: readonly Panel[]; zone: string }) {
  const texts = useTexts(exploreTexts);
  const language = useLanguage();
  const [page, setPage] = useState(0);
  const columns = columnsOf(panels);
  const rows = rowsOf(panels);
  const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
  const first = Math.min(page, last) * PAGE;
  const shown = rows.slice(first, first + PAGE);
  const numbers = new Intl.NumberFormat(locale(language), { maximumFractionDigits: MOST_DIGITS });
  return (
    <section className="explore-table card" aria-label={texts.tableOf}>
      <div className="row">
        <p role="status">{texts.rows(rows.length === 0 ? 0 : first + 1, first + shown.length, rows.length)}</p>
        <button type="button" className="button quiet" disabled={first === 0} onClick={() => setPage(first / PAGE - 1)}>
          {texts.newerRows}
        </button>
        <button type="button" className="button quiet" disabled={first + PAGE >= rows.length} onClick={() => setPage(first / PAGE + 1)}>
          {texts.olderRows}
        </button>
      </div>
      <div className="explore-table-scroll" tabIndex={0} role="region" aria-label={texts.tableOf}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                {texts.time} <span className="muted">{zone}</span>
              </th>
              {columns.map(({ curve, symbol }) => (
                <th key={curve.key} scope="col">
                  <Swatch slot={curve.slot} isDashed={curve.isComparison} /> {curve.name} <span className="muted">{symbol}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ time, values }) => (
              <tr key={time}>
                <th scope="row">{momentText(time, zone, locale(language), true)}</th>
                {columns.map(({ curve }, index) => (
                  <td key={curve.key}>{values[index] === undefined ? "" : numbers.format(values[index])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
