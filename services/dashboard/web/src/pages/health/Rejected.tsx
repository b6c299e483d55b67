import { useState } from "react";

import type { Schemas } from "@/api/client";
import { momentText } from "@/charts/labels";
import { ErrorStrip } from "@/components/ErrorStrip";
import { locale } from "@/format/numbers";
import { useLanguage, useTexts } from "@/i18n/language";

import { healthTexts, type HealthTexts } from "./texts";
import { useRejected } from "./useHealth";

const MOST_SHOWN = 120;

/** Messages that could not be written: which, why, and what to do about it. */
export function Rejected({ zone }: { zone: string }) {
  const texts = useTexts(healthTexts);
  const [cursor, setCursor] = useState<string | null>(null);
  const { isPublic, asked } = useRejected(cursor);
  const next = asked.data?.next ?? null;
  return (
    <section className="card health-rejected" aria-labelledby="health-rejected">
      <h2 id="health-rejected">{texts.rejectedTitle}</h2>
      {isPublic ? (
        <p className="muted">{texts.rejectedKey}</p>
      ) : (
        <>
          <ErrorStrip asked={asked} zone={zone} />
          {asked.data?.rejected.length === 0 && <p className="health-fine">✓ {texts.rejectedNone}</p>}
          {asked.data !== undefined && asked.data.rejected.length > 0 && <Messages messages={asked.data.rejected} zone={zone} />}
          <div className="row">
            {cursor !== null && (
              <button type="button" className="button quiet" onClick={() => setCursor(null)}>
                {texts.newest}
              </button>
            )}
            {next !== null && (
              <button type="button" className="button quiet" onClick={() => setCursor(next)}>
                {texts.more}
              </button>
            )}
          </div>
        </>
      )}
    </section>
  );
}

function Messages({ messages, zone }: { messages: readonly Schemas["RejectedOut"][]; zone: string }) {
  const texts = useTexts(healthTexts);
  const language = useLanguage();
  return (
    <div className="health-scroll" tabIndex={0} role="region" aria-label={texts.rejectedTitle}>
      <table>
        <thead>
          <tr>
            {[texts.time, texts.topic, texts.reason, texts.payload, texts.remedy].map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {messages.map((message) => (
            <tr key={`${message.slot} ${message.id} ${message.reason} ${message.detail}`}>
              <th scope="row">{momentText(message.time, zone, locale(language), true)}</th>
              <td className="health-topic">{message.topic}</td>
              <td>
                <span className="chip bad">{message.reason}</span> {message.detail}
              </td>
              <td className="health-payload">
                <code>{message.payload.length > MOST_SHOWN ? `${message.payload.slice(0, MOST_SHOWN)}…` : message.payload}</code>
              </td>
              <td>{remedyOf(message.reason, texts)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function remedyOf(reason: string, { remedies, otherRemedy }: HealthTexts): string {
  return Object.entries(remedies).find(([known]) => known === reason)?.[1] ?? otherRemedy;
}
