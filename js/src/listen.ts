/**
 * Listening to the page. Owns: registration and its removal. Tested in `tests/facade/start.test.ts` and `capture.test.ts`.
 */

/**
 * Listens for events of the page, those of its document included, by `capture` before others; gives the function that stops it. Nothing
 * where there is no page.
 */
export function listen(handlers: Readonly<Record<string, (event: never) => void>>, capture = true): () => void {
  const { addEventListener, removeEventListener } = globalThis;
  const each = (change: typeof addEventListener | undefined): void => {
    for (const type in handlers) change?.(type, handlers[type] as EventListener, { capture });
  };
  each(addEventListener);
  return () => each(removeEventListener);
}
