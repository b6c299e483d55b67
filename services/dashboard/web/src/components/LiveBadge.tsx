import { useLiveState } from "@/api/live";
import { useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";

/** Whether what is shown is live; a lost line has a banner of its own. */
export function LiveBadge() {
  const t = useTexts(common);
  const state = useLiveState();
  if (state === null || state.kind === "lost") return null;
  return (
    <span className={`live live-${state.kind}`} role="status">
      {state.kind === "live" ? t.live : t.connecting}
    </span>
  );
}
