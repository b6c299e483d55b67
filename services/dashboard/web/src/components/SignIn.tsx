import { useRef, useState, type SubmitEvent } from "react";
import { ApiError } from "@/api/client";
import { signIn, signOut, useSession } from "@/api/session";
import { useTexts } from "@/i18n/language";
import { common } from "@/i18n/common";

/** Give a key, or leave. The field is emptied as soon as the server has the key. */
export function SignIn() {
  const t = useTexts(common);
  const session = useSession();
  const dialog = useRef<HTMLDialogElement>(null);
  if (!session.data) return null;
  if (session.data.signed_in) {
    return (
      <button type="button" className="button quiet" onClick={() => void signOut()}>
        {t.signOut}
      </button>
    );
  }
  return (
    <>
      <button type="button" className="button quiet" onClick={() => dialog.current?.showModal()}>
        {t.signIn}
      </button>
      <dialog ref={dialog} aria-labelledby="sign-in">
        <KeyForm close={() => dialog.current?.close()} />
      </dialog>
    </>
  );
}

function KeyForm({ close }: { close: () => void }) {
  const t = useTexts(common);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const key = new FormData(form).get("key");
    setBusy(true);
    signIn(typeof key === "string" ? key : "")
      .then(() => {
        form.reset();
        setProblem(null);
        close();
      })
      .catch((error: unknown) => setProblem(error instanceof ApiError && error.status === 401 ? t.wrongKey : t.away))
      .finally(() => setBusy(false));
  };
  return (
    <form className="stack" onSubmit={submit}>
      <h2 id="sign-in">{t.signIn}</h2>
      <label className="stack">
        {t.key}
        <input name="key" type="password" autoComplete="off" required spellCheck={false} aria-describedby="key-hint" />
      </label>
      <p id="key-hint" className="muted">
        {t.keyHint}
      </p>
      {problem ? (
        <p className="bad" role="alert">
          {problem}
        </p>
      ) : null}
      <div className="row">
        <button type="submit" className="button" disabled={isBusy}>
          {t.signIn}
        </button>
        <button type="button" className="button quiet" onClick={close}>
          {t.cancel}
        </button>
      </div>
    </form>
  );
}
