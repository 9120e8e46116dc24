import { probeScript, stdoutOf } from '../domain/command.ts';
import { vipsOf } from '../domain/intent.ts';
import type { HostName } from '../domain/names.ts';
import type { Verdict } from '../domain/verdict.ts';
import { activeDownIntervalMs } from '../domain/vrrp.ts';
import { judge, type EndpointSighting } from '../plan/judge.ts';
import type { HostSnapshot } from '../plan/snapshot.ts';
import type { Reader } from '../transport/transport.ts';
import { askApi, fingerprintsOf, servedCertificates, worthOf } from './certificates.ts';
import { gatherHost, gatherRouter } from './gather.ts';
import { forEachHost } from './hosts.ts';
import { undisturbed, type View } from './world.ts';

/**
 * Looks until the verdict is good twice in a row and the VIP is where the plan says it settles, or the deadline has
 * passed: right after a change an election may still be going on, and one good look may have hit the moment between
 * two owners. What the latest generation says is not looked at: it is about to be replaced.
 */
export async function verifyUntilStable(
  view: View,
  readers: ReadonlyMap<HostName, Reader>,
  how: {
    readonly settlesOn: HostName | undefined;
    /** Called before every look. */
    readonly onLook: () => Promise<void>;
  },
): Promise<Verdict> {
  const deadline =
    view.clock.now() + 2 * activeDownIntervalMs(view.endpoint.settings.advertIntervalMs, 1) + SETTLE_MS;
  const calm = undisturbed(view);
  await how.onLook();
  await waitForOwner(view, how.settlesOn, { readers, untilMs: deadline });
  let goodBefore = false;
  for (;;) {
    await how.onLook();
    const verdict = await look(calm, readers, gatherRouter);
    view.signal.throwIfAborted();
    const isLate = view.clock.now() >= deadline;
    const hasSettled = how.settlesOn === undefined || verdict.owners[0] === how.settlesOn || isLate;
    if (verdict.isGood && goodBefore && hasSettled) return verdict;
    if (!verdict.isGood && isLate) return verdict;
    goodBefore = verdict.isGood;
    await view.clock.sleep(RECHECK_MS, view.signal);
  }
}

/** Whether a host has the VIP before `deadlineMs` are over; it is the host itself that waits. */
export async function ownsWithin(view: View, reader: Reader, deadlineMs: number): Promise<boolean> {
  const tries = Math.ceil(deadlineMs / OWNER_POLL_MS);
  const [result] = await reader.probe([probeScript(OWNS_VIP, view.endpoint.vip, String(tries))], view.signal);
  return result?.exitCode === 0;
}

/** Waits on the host itself until it has the VIP: one round trip, and no look at anything before there is something to see. */
async function waitForOwner(
  view: View,
  host: HostName | undefined,
  { readers, untilMs }: { readonly readers: ReadonlyMap<HostName, Reader>; readonly untilMs: number },
): Promise<void> {
  const reader = host === undefined ? undefined : readers.get(host);
  if (reader !== undefined) await ownsWithin(view, reader, untilMs - view.clock.now());
}

/** One look at every host and at the endpoint, from here and from every host. Holds readers: it cannot change anything. */
export async function verifyOnce(view: View, readers: ReadonlyMap<HostName, Reader>): Promise<Verdict> {
  return look(view, readers, gatherHost);
}

/** How much of a host is looked at. */
type Gather = typeof gatherHost;

async function look(view: View, readers: ReadonlyMap<HostName, Reader>, gather: Gather): Promise<Verdict> {
  const { endpoint } = view;
  const outcomes = await forEachHost([...readers.keys()], view.forks, async (host) =>
    lookFrom(view, host, { reader: readers.get(host), gather }),
  );
  const looks = outcomes.map((outcome) => {
    if (outcome.status === 'failed') throw outcome.error;
    return outcome.value;
  });
  const [here, asked] = await Promise.all([
    Promise.all(
      vipsOf(endpoint).map(async (vip) => ({
        ...(await askFromHere(view, vip)),
        ...(vip === endpoint.vip ? {} : { vip }),
      })),
    ),
    servedCertificates(
      view,
      looks.map(({ snapshot }) => snapshot),
    ),
  ]);
  const snapshots = looks.map((look) => look.snapshot);
  const sightings = [...here, ...looks.map((look) => look.sighting)];
  return judge({
    endpoint,
    snapshots,
    sightings,
    certificates: fingerprintsOf(asked),
    // A change is proven by what it has changed: certificates are none of that.
    ...(gather === gatherHost ? { served: { certificates: worthOf(asked), nowMs: view.clock.now() } } : {}),
  });
}

async function lookFrom(
  view: View,
  host: HostName,
  { reader, gather }: { readonly reader: Reader | undefined; readonly gather: Gather },
): Promise<{ readonly snapshot: HostSnapshot; readonly sighting: EndpointSighting }> {
  const intent = view.intent.hosts.find((candidate) => candidate.name === host);
  if (intent === undefined || reader === undefined) throw new Error(`no way to look from ${host}`);
  const snapshot = await gather(view, reader, intent);
  const { vip, port, settings } = view.endpoint;
  const urlHost = vip.includes(':') ? `[${vip}]` : vip;
  const [result] = await reader.probe(
    [probeScript(ASK_VIP, urlHost, String(port), settings.healthCheck.path)],
    view.signal,
  );
  const text = result === undefined ? '' : stdoutOf(result).trim();
  const answer = /^[1-5]\d\d$/.test(text)
    ? Number(text)
    : text === '' || text === '000'
      ? 'no answer within 2 s'
      : text;
  return { snapshot, sighting: { from: host, answer } };
}

async function askFromHere(view: View, host: string): Promise<EndpointSighting> {
  const answer = await askApi(view, host);
  if (answer.outcome !== 'answered') return { from: 'here', answer: `${answer.outcome}: ${answer.detail}` };
  return { from: 'here', answer: answer.status, certificate: answer.certificate };
}

const RECHECK_MS = 200;
const OWNER_POLL_MS = 100;
/** Beyond two elections: service start-up, slow scripts, a first gratuitous ARP that was lost. */
const SETTLE_MS = 5000;

const OWNS_VIP = `tries=$2
while [ "$tries" -gt 0 ]; do
  case $(ip -o address show) in *" $1/"*) exit 0 ;; esac
  tries=$((tries - 1)); sleep 0.1
done
exit 1`;

const ASK_VIP = `if command -v curl >/dev/null 2>&1; then
  curl -ks -o /dev/null -w '%{http_code}' --noproxy '*' --max-time 2 "https://$1:$2$3"
else
  printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' "$3" "$1" | timeout 2 openssl s_client -quiet -connect "$1:$2" 2>/dev/null |
    sed -n '1s#^HTTP/[0-9.]* \\([0-9][0-9][0-9]\\).*#\\1#p'
fi; true`;
