import { api, read } from "@/api/client";
import { useAsk } from "@/api/query";
import { ErrorStrip } from "@/components/ErrorStrip";
import { useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";

export default function OverviewPage() {
  const t = useTexts(common);
  const houses = useAsk(["houses"], (signal) => read(api.GET("/v1/houses", { signal })));
  return (
    <div className="stack">
      <h1>{t.overview}</h1>
      <ErrorStrip asked={houses} zone="Europe/Helsinki" />
      <ul className="stack">
        {houses.data?.houses.map((house) => (
          <li key={`${house.project}/${house.id}`}>{house.name}</li>
        ))}
      </ul>
    </div>
  );
}
