import { Component, type ReactNode } from "react";
import { useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";

/** A page that fails says so, instead of leaving the window blank. */
export class Guard extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error) {
    return { error };
  }

  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}

function Broken({ error }: { error: Error }) {
  const t = useTexts(common);
  return (
    <section className="notice" role="alert">
      <h1>{t.broken}</h1>
      <p>{t.brokenHint}</p>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t.reload}
      </button>
      <details>
        <summary>{t.details}</summary>
        <code>{error.message}</code>
      </details>
    </section>
  );
}
