import type { ApiError } from "@/api/client";
import { useNow, type Asked } from "@/api/query";
import { formatDate } from "@/format/dates";
import { useLanguage, useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";

/** Why the newest answer did not come, when it is tried again, and how old what is shown is. */
export function ErrorStrip({ asked, zone }: { asked: Asked<unknown>; zone: string }) {
  const t = useTexts(common);
  const language = useLanguage();
  if (asked.error === null) return null;
  return (
    <div className="strip" role="status">
      <strong>{asked.error.status === 0 ? t.away : t.failed(asked.error.status)}</strong>{" "}
      <Countdown error={asked.error} />{" "}
      {asked.data === undefined ? null : <span>{t.lastGood(formatDate(asked.fetchedAt, "time", zone, language))}</span>}
      {asked.error.problem ? (
        <details>
          <summary>{t.details}</summary>
          {asked.error.problem.detail} {asked.error.problem.remedy}
        </details>
      ) : null}
      <button type="button" className="button quiet" onClick={asked.retry}>
        {t.retryNow}
      </button>
    </div>
  );
}

function Countdown({ error }: { error: ApiError }) {
  const t = useTexts(common);
  const now = useNow();
  if (error.retryAt === null) return null;
  const seconds = Math.ceil((error.retryAt - now) / 1000);
  // Each second spoken aloud would be torture.
  return <span aria-hidden="true">{seconds > 0 ? t.retryIn(seconds) : t.retrying}</span>;
}
