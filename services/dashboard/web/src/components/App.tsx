import { QueryClientProvider } from "@tanstack/react-query";
import { Suspense } from "react";
import { queryClient } from "@/api/query";
import { Frame } from "@/components/Frame";
import { Guard } from "@/components/Guard";
import { NotFound } from "@/components/NotFound";
import { pages } from "@/pages/registry";
import { useLocation } from "@/router/location";
import { routeOf } from "@/router/routes";

/** The page that the address means, in its frame; the kiosk has none. */
export function App() {
  const { path } = useLocation();
  const route = routeOf(path);
  const Page = pages[route.page]?.component;
  const shown = Page ? (
    <Guard key={path}>
      <Suspense fallback={null}>
        <Page route={route} />
      </Suspense>
    </Guard>
  ) : (
    <NotFound />
  );
  return (
    <QueryClientProvider client={queryClient}>
      {route.page === "kiosk" && Page ? shown : <Frame route={route}>{shown}</Frame>}
    </QueryClientProvider>
  );
}
