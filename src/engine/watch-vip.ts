import type { View } from './world.ts';

/** What a client of the VIP saw while the hosts were changed. */
export interface VipWatch {
  readonly requests: number;
  readonly lost: number;
  /** Milliseconds from the last answer before a loss to the first one after it; 0 when nothing was lost. */
  readonly longestOutageMs: number;
}

/**
 * Asks the VIP over TLS from here, again and again, until it is stopped. Resolves with `undefined` when the VIP did
 * not answer to begin with: then there is nothing that could be lost.
 */
export function watchVip(view: View): { stop(): Promise<VipWatch | undefined> } {
  const stopping = new AbortController();
  const watching = watch(view, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      return watching;
    },
  };
}

async function watch(view: View, stop: AbortSignal): Promise<VipWatch | undefined> {
  let [requests, lost, longestOutageMs] = [0, 0, 0];
  let isOut = false;
  let lastAnswer = view.clock.now();
  const isStopped = (): boolean => stop.aborted;
  while (!isStopped()) {
    const answered = await answers(view);
    // A loss that began just before the end may be the end's own.
    if (!answered && isStopped()) break;
    if (!answered && requests === 0) return undefined;
    requests += 1;
    if (answered) {
      if (isOut) longestOutageMs = Math.max(longestOutageMs, view.clock.now() - lastAnswer);
      lastAnswer = view.clock.now();
    } else lost += 1;
    isOut = !answered;
    await view.clock.sleep(PAUSE_MS);
  }
  return { requests, lost, longestOutageMs };
}

async function answers({ endpoint, prober }: View): Promise<boolean> {
  const { vip, port, settings } = endpoint;
  const answer = await prober.ask({
    host: vip,
    port,
    path: settings.healthCheck.path,
    timeoutMs: TIMEOUT_MS,
  });
  return answer.outcome === 'answered';
}

const PAUSE_MS = 50;
const TIMEOUT_MS = 1000;
