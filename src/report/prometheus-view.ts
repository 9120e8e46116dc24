import type { ClusterStatus, HostStatus } from '../domain/status.ts';
import type { RouterState } from '../domain/vrrp.ts';

/**
 * A status in the text format of Prometheus (exposition format 0.0.4), for node_exporter's textfile collector. A host that did not
 * answer has one series, which says so.
 */
export function prometheusView({ endpoint, hosts, newest }: ClusterStatus, nowMs: number): string {
  const cluster = { endpoint };
  const owners = hosts.filter(({ holdsVip }) => holdsVip).length;
  const asked = hosts.filter(({ reachable }) => reachable);
  const ofEach = (
    value: (host: HostStatus) => number | undefined,
    of: readonly HostStatus[] = asked,
  ): readonly Sample[] =>
    of.flatMap((host) => {
      const seen = value(host);
      return seen === undefined ? [] : [{ labels: { ...cluster, host: host.host }, value: seen }];
    });
  const families: readonly Family[] = [
    ['vip_owners', 'Hosts that have the VIP: 1 when all is well.', [{ labels: cluster, value: owners }]],
    ['looked_timestamp_seconds', 'When the hosts were asked.', [{ labels: cluster, value: nowMs / 1000 }]],
    ['host_reachable', 'Whether the host answered.', ofEach(({ reachable }) => Number(reachable), hosts)],
    ['host_has_vip', 'Whether the host has the VIP.', ofEach(({ holdsVip }) => Number(holdsVip))],
    [
      'host_state',
      'The state of the virtual router on the host: 1 for the one it is in.',
      asked.flatMap(({ host, state }) =>
        STATES.map((name) => ({
          labels: { ...cluster, host, state: name },
          value: Number(name === state),
        })),
      ),
    ],
    [
      'host_state_changed_timestamp_seconds',
      'When the virtual router came into its state.',
      ofEach(({ stateSince }) => stateSince),
    ],
    ['host_priority', 'The priority that was recorded.', ofEach(({ priority }) => priority)],
    [
      'host_service_running',
      'Whether keepalived runs.',
      ofEach(({ service }) => Number(service === 'running')),
    ],
    [
      'host_api_answers',
      "Whether the host's own API server answers.",
      ofEach(({ api }) => (api === undefined ? undefined : Number(api === 'answers'))),
    ],
    ['host_drained', 'Whether the host is drained.', ofEach(({ drained }) => Number(drained !== undefined))],
    [
      'host_drift',
      'Resources that differ from what the latest generation left.',
      ofEach(({ drift }) => drift.length),
    ],
    [
      'host_generations_behind',
      'Generations that the newest of any host is ahead.',
      ofEach(({ generation }) => (newest === undefined ? undefined : newest - (generation ?? 0))),
    ],
    [
      'host_unconfirmed',
      'Runs on the host that nobody has confirmed yet.',
      ofEach(({ deadMan }) => deadMan?.armed.length ?? 0),
    ],
  ];
  return families.map(familyText).join('');
}

type Family = readonly [name: string, help: string, samples: readonly Sample[]];

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A family without samples is left out: promtool takes a HELP without any for a mistake. */
function familyText([name, help, samples]: Family): string {
  if (samples.length === 0) return '';
  const lines = samples.map(({ labels, value }) => `${PREFIX}${name}{${labelText(labels)}} ${value}`);
  return [`# HELP ${PREFIX}${name} ${help}`, `# TYPE ${PREFIX}${name} gauge`, ...lines, ''].join('\n');
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

/** What the format asks for, no more: everything else may stand in a label as it is. */
function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

const PREFIX = 'konvoy_ha_';

const STATES: readonly RouterState[] = ['active', 'backup', 'fault', 'stopped', 'unknown'];
