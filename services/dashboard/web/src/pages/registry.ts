/** The pages that exist. A page is added here when it works; the navigation shows what stands here. */
import type { ComponentType } from "react";
import { readCatalogueAhead } from "@/api/catalogue";
import type { Route } from "@/router/routes";

export interface PageProps {
  route: Route;
}

export class Page {
  /** null: its files are not here yet. */
  component: ComponentType<PageProps> | null = null;
  private files: Promise<void> | null = null;

  /** @param href null: not in the navigation.
   *  @param askAhead asks what the page asks first. */
  constructor(
    readonly href: string | null,
    private readonly fetch: () => Promise<{ default: ComponentType<PageProps> }>,
    private readonly askAhead?: () => void,
  ) {}

  /** Fetch its files, once, and ask what it asks first meanwhile. */
  load(): Promise<void> {
    if (this.files === null) {
      this.askAhead?.();
      this.files = this.fetch().then((files) => {
        this.component = files.default;
      });
    }
    return this.files;
  }
}

export const pages: Partial<Record<Route["page"], Page>> = {
  overview: new Page("/", () => import("@/pages/overview/OverviewPage")),
  explore: new Page("/explore", () => import("@/pages/explore/ExplorePage"), readCatalogueAhead),
  health: new Page("/data-health", () => import("@/pages/health/HealthPage")),
  kiosk: new Page("/kiosk", () => import("@/pages/kiosk/KioskPage")),
  house: new Page(null, () => import("@/pages/house/HousePage")),
};
