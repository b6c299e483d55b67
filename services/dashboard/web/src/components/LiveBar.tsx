import type { ReactNode } from "react";
import { useLiveState } from "@/api/live";
import { useNow } from "@/api/query";
import { formatDate, formatZone } from "@/format/dates";
import { common } from "@/i18n/common";
import { useLanguage, useTexts } from "@/i18n/language";

interface LiveBarProps {
  zone: string;
  /** How far (ms) the server's clock is ahead of this browser's. */
  ahead: number;
  isPaused: boolean;
  onPause: (isPaused: boolean) => void;
}

/** Whether the page is live, the time there, and a way to hold it still. */
export function LiveBar({ zone, ahead, isPaused, onPause }: LiveBarProps) {
  const t = useTexts(common);
  const language = useLanguage();
  const now = useNow() + ahead;
  return (
    <div className="livebar">
      <LiveMark isPaused={isPaused}>
        <time dateTime={new Date(now).toISOString()}>{formatDate(now, "seconds", zone, language)}</time>
        <span>{formatZone(zone, now)}</span>
      </LiveMark>
      <button type="button" className="button quiet" aria-pressed={isPaused} onClick={() => onPause(!isPaused)}>
        {isPaused ? t.resume : t.pause}
      </button>
    </div>
  );
}

/** Whether the page is live, in a word. */
export function LiveMark({ isPaused = false, children }: { isPaused?: boolean; children?: ReactNode }) {
  const t = useTexts(common);
  const state = useLiveState();
  const kind = isPaused ? "paused" : (state?.kind ?? "connecting");
  return (
    <span className={`live live-${kind}`}>
      <span role="status">{t[kind]}</span>
      {children}
    </span>
  );
}

/** The line is dead: what is shown is as old as it says, until the line is back. */
export function LiveLost({ zone }: { zone: string }) {
  const t = useTexts(common);
  const language = useLanguage();
  const state = useLiveState();
  if (state?.kind !== "lost") return null;
  return (
    <p className="strip" role="status">
      <strong>{t.liveLost(formatDate(state.since, "time", zone, language))}</strong>
    </p>
  );
}
