import { QueryClientProvider } from "@tanstack/react-query";
import { queryClient } from "@/api/query";
import { Frame } from "@/components/Frame";
import { Guard } from "@/components/Guard";
import { LoadedPage } from "@/components/LoadedPage";
import { NotFound } from "@/components/NotFound";
import { pages } from "@/pages/registry";
import { useLocation } from "@/router/location";
import { routeOf } from "@/router/routes";

/** The page that the address means, in its frame; the kiosk has none. */
export function App() {
  const { path } = useLocation();
  const route = routeOf(path);
  const page = pages[route.page];
  const shown = page ? (
    <Guard key={path}>
      <LoadedPage page={page} route={route} />
    </Guard>
  ) : (
    <NotFound />
  );
  return (
    <QueryClientProvider client={queryClient}>
      {route.page === "kiosk" && page ? shown : <Frame route={route}>{shown}</Frame>}
    </QueryClientProvider>
  );
}
