import type { Schemas } from "@/api/client";
import { durationText } from "@/charts/labels";
import { formatNumber } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import { healthTexts } from "./texts";

type Status = Schemas["StatusOut"];
type Counts = Schemas["CountersOut"];

const ENDS = ["written", "rejected", "ignored", "pending"] as const;
const MB = 1_000_000;

/** What became of every message, as a sum: it adds up, or says by how much it does not. */
export function Counters({ status }: { status: Status }) {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  const { counters } = status;
  const count = (value: number): string => formatNumber(value, 0, language);
  return (
    <section className="card health-counters" aria-labelledby="health-messages">
      <h2 id="health-messages">{texts.messages}</h2>
      {counters === null ? <p className="bad">{texts.noIngest}</p> : <Sum counters={counters} />}
      {status.ingests.map(({ slot, error }) =>
        error === null ? null : (
          <p key={slot} className="strip">
            {texts.ingestAway(slot, error)}
          </p>
        ),
      )}
      {counters !== null && (
        <dl className="health-backlog">
          <div>
            <dt>{texts.oldest}</dt>
            <dd>{counters.oldest_pending_seconds === null ? texts.none : durationText(counters.oldest_pending_seconds * 1000)}</dd>
          </div>
          <div>
            <dt>{texts.points}</dt>
            <dd>{count(counters.points_written)}</dd>
          </div>
          <div>
            <dt>{texts.journal}</dt>
            <dd>{formatNumber(counters.journal_bytes / MB, 1, language)} MB</dd>
          </div>
        </dl>
      )}
      <Reasons status={status} />
    </section>
  );
}

function Sum({ counters }: { counters: Counts }) {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  const count = (value: number): string => formatNumber(value, 0, language);
  const sum = ENDS.reduce((total, end) => total + counters[end], 0);
  return (
    <dl className="health-sum">
      <div className="health-term">
        <dt>{texts.received}</dt>
        <dd data-counter="received">{count(counters.received)}</dd>
      </div>
      {ENDS.map((end, index) => (
        <div key={end} className="health-term">
          <dt>{texts[end]}</dt>
          <dd data-counter={end}>
            <span className="health-sign" aria-hidden="true">
              {index === 0 ? "=" : "+"}
            </span>
            {count(counters[end])}
          </dd>
        </div>
      ))}
      <div className="health-verdict">
        <dt className="hidden">{texts.holds}</dt>
        <dd>
          {counters.reconciles ? (
            <span className="chip ok">✓ {texts.holds}</span>
          ) : (
            <span className="chip bad">✗ {texts.differs(count(counters.received - sum))}</span>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** Only keys see the reasons. */
function Reasons({ status }: { status: Status }) {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  const found = (["rejected", "ignored"] as const).flatMap((end) =>
    Object.entries(status[`${end}_reasons`] ?? {}).map(([reason, count]) => ({ end, reason, count })),
  );
  if (found.length === 0) {
    return null;
  }
  return (
    <ul className="row health-reasons" aria-label={texts.byReason}>
      {found.map(({ end, reason, count }) => (
        <li key={`${end} ${reason}`} className="chip">
          {texts[end]}: {reason} {formatNumber(count, 0, language)}
        </li>
      ))}
    </ul>
  );
}
