import type { DrillRequest, DrillSight } from '../domain/drill.ts';
import type { HostName } from '../domain/names.ts';
import { probeScript, stdoutOf } from '../domain/command.ts';
import type { Reader } from '../transport/transport.ts';
import type { View } from './world.ts';

/** Asks the VIP every 10 ms, whether answers come or not, until it is stopped; every request is noted when its end is known. */
export async function probeVip(
  view: View,
  to: {
    readonly certificates: ReadonlyMap<HostName, string>;
    readonly requests: DrillRequest[];
    readonly stop: AbortSignal;
  },
): Promise<void> {
  const hosts = new Map([...to.certificates].map(([host, certificate]) => [certificate, host]));
  // One certificate for all tells nobody apart.
  const tells = hosts.size === to.certificates.size;
  const under = new Set<Promise<void>>();
  let due = view.clock.monotonic();
  while (!to.stop.aborted) {
    const atMs = view.clock.monotonic();
    const asked = ask(view).then(({ answered, certificate }) => {
      under.delete(asked);
      const host = tells && certificate !== undefined ? hosts.get(certificate) : undefined;
      to.requests.push({ atMs, answered, ...(host === undefined ? {} : { servedBy: host }) });
    });
    under.add(asked);
    // A machine that cannot keep up asks less often, and not all at once when it can again.
    due = Math.max(due + PAUSE_MS, view.clock.monotonic());
    await view.clock.sleep(Math.max(1, due - view.clock.monotonic()));
  }
  await Promise.all(under);
}

async function ask({
  endpoint,
  prober,
}: View): Promise<{ readonly answered: boolean; readonly certificate?: string }> {
  const { vip, port, settings } = endpoint;
  const answer = await prober.ask({
    host: vip,
    port,
    path: settings.healthCheck.path,
    timeoutMs: TIMEOUT_MS,
  });
  return answer.outcome === 'answered'
    ? { answered: true, certificate: answer.certificate }
    : { answered: false };
}

/** Looks on every host whether it has the VIP, again and again over the connections that are there; notes changes. */
export async function observe(
  view: View,
  to: {
    readonly sessions: ReadonlyMap<HostName, Reader>;
    readonly sights: DrillSight[];
    readonly stop: AbortSignal;
  },
): Promise<void> {
  await Promise.all(
    [...to.sessions].map(async ([host, reader]) => {
      let had: boolean | undefined;
      while (!to.stop.aborted) {
        const holdsVip = await holds(view, reader);
        if (holdsVip === undefined) return;
        if (holdsVip !== had) to.sights.push({ atMs: view.clock.monotonic(), host, holdsVip });
        had = holdsVip;
        await view.clock.sleep(OBSERVE_MS);
      }
    }),
  );
}

/** Undefined when the host cannot be asked any more. */
async function holds({ endpoint }: View, reader: Reader): Promise<boolean | undefined> {
  try {
    const [result] = await reader.probe([probeScript(HAS, endpoint.vip)]);
    return result === undefined ? undefined : stdoutOf(result).trim() === 'yes';
  } catch {
    return undefined;
  }
}

const HAS = `case $(ip -o address show) in *" $1/"*) echo yes ;; *) echo no ;; esac`;

const PAUSE_MS = 10;
/** An answer that takes longer is none: a client of a control plane waits, but its user does not. */
const TIMEOUT_MS = 500;
const OBSERVE_MS = 20;
