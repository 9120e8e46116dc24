import { setMaxListeners } from 'node:events';
import { asError } from './as-error.ts';

/** Calls `action` once when `signal` is aborted later; returns how to stop listening. */
export function onAbort(signal: AbortSignal | undefined, action: (reason: Error) => void): () => void {
  if (signal === undefined) return () => undefined;
  // One signal stops a run on all hosts: Node would call more than ten listeners a leak, and say so on stderr.
  setMaxListeners(0, signal);
  const listener = (): void => action(asError(signal.reason));
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/** The outcome of `work`, or the signal's reason if that comes first; `work` itself goes on. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  signal?.throwIfAborted();
  let stopListening = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stopListening = onAbort(signal, reject);
  });
  return Promise.race([work, aborted]).finally(() => stopListening());
}

/** A signal that is aborted with `signal`, or by itself after a time. */
export function withTimeLimit(signal: AbortSignal | undefined, limitMs: number): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}
