import { useEffect, useState } from "react";
import type { Page } from "@/pages/registry";
import type { Route } from "@/router/routes";

/** A page, as soon as its files are here: React's own `lazy` holds it back for 300 ms once it has suspended.
 *  @throws {Error} its files cannot be fetched. */
export function LoadedPage({ page, route }: { page: Page; route: Route }) {
  const [Component, show] = useState(() => page.component);
  const [error, fail] = useState<Error | null>(null);
  useEffect(() => {
    page.load().then(() => show(() => page.component), fail);
  }, [page]);
  if (error !== null) throw error;
  return Component && <Component route={route} />;
}
