import { describe, expect, test } from 'vitest';
import { PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { Diagnostic } from '../../../src/domain/error.ts';
import type { HostFacts } from '../../../src/domain/facts.ts';
import { keyOf, type Observation } from '../../../src/domain/resource.ts';
import { refuseHost } from '../../../src/plan/refuse.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { clusterName, hostName } from '../../support/branded.ts';
import {
  appliedCluster,
  CONF,
  factsOf,
  freshHost,
  networkOf,
  withConf,
  withResource,
} from '../../support/cluster.ts';
import { bytes } from '../../support/command-results.ts';

const CLUSTER = clusterName('prod');

function withFacts(rest: Partial<HostFacts>): HostSnapshot {
  return freshHost('lb1', { facts: factsOf(networkOf('lb1'), rest) });
}

function foreignConf(text: string): Observation {
  const file = { kind: 'file' as const, path: PATHS.conf, content: bytes(text), mode: 0o644 };
  return { status: 'present', resource: { ...file, owner: 'root', group: 'root', effect: 'reload' } };
}

function error(message: string, hints: readonly string[]): Diagnostic {
  return { severity: 'error', host: hostName('lb1'), message, hints };
}

describe('a host', () => {
  test.each<readonly [string, HostSnapshot]>([
    ['that is new', freshHost('lb1')],
    ['with only openssl', withFacts({ httpsClients: ['openssl'] })],
    ...appliedCluster().map((snapshot) => [`after an apply, ${snapshot.intent.name}`, snapshot] as const),
    [
      'whose configuration of ours somebody edited, even its first line',
      withConf(appliedCluster()[0] ?? freshHost('lb1'), () => 'global_defs { }\n'),
    ],
    [
      'that an interrupted first apply of ours left a configuration on',
      withResource(freshHost('lb1'), CONF, foreignConf('# managed by konvoy-ha: whatever\n')),
    ],
  ])('%s is not refused', (_, snapshot) => {
    expect(refuseHost(snapshot, CLUSTER)).toEqual([]);
  });

  test.each<readonly [string, HostSnapshot, readonly Diagnostic[]]>([
    [
      'of another distribution',
      withFacts({
        os: {
          id: 'rocky',
          idLike: ['rhel'],
          versionId: '9',
          prettyName: 'Rocky Linux 9.4',
          initSystem: 'systemd',
        },
      }),
      [
        error('Rocky Linux 9.4 with systemd is not supported yet', [
          'Debian and Ubuntu with systemd are supported',
        ]),
      ],
    ],
    [
      'without systemd',
      withFacts({
        os: { id: 'debian', idLike: [], versionId: '', prettyName: 'Devuan', initSystem: 'openrc' },
      }),
      [error('Devuan with openrc is not supported yet', ['Debian and Ubuntu with systemd are supported'])],
    ],
    [
      'with an init system that we do not know',
      withFacts({
        os: { id: 'debian', idLike: [], versionId: '', prettyName: 'Devuan', initSystem: 'unknown' },
      }),
      [
        error('Devuan with an unknown init system is not supported yet', [
          'Debian and Ubuntu with systemd are supported',
        ]),
      ],
    ],
    [
      'without an HTTPS client',
      withFacts({ httpsClients: [] }),
      [
        error('neither curl nor openssl is installed, so nothing could check the API server', [
          'install one of them, for example: apt-get install curl',
        ]),
      ],
    ],
    [
      'of another cluster',
      freshHost('lb1', { recorded: { heads: [], damaged: [], foreignClusters: ['test'] } }),
      [
        error('this host belongs to the cluster test, not to prod', [
          'if it is the same cluster, keep its name: metadata.name in cluster.yaml, or konvoy_ha_cluster under all.vars',
        ]),
      ],
    ],
    [
      'where a link stands in the way',
      withResource(freshHost('lb1'), CONF, { status: 'obstacle', what: 'symbolic link' }),
      [
        error(
          '/etc/keepalived/keepalived.conf is a symbolic link; konvoy-ha does not write through or replace it',
          ['look at it and move it away: ls -l /etc/keepalived/keepalived.conf'],
        ),
      ],
    ],
    [
      'where a file stands in the way of a directory',
      withResource(freshHost('lb1'), keyOf('directory', PATHS.scripts), {
        status: 'obstacle',
        what: 'regular file',
      }),
      [
        error('/usr/libexec/keepalived is a regular file; konvoy-ha does not write through or replace it', [
          'look at it and move it away: ls -l /usr/libexec/keepalived',
        ]),
      ],
    ],
  ])('%s is refused', (_, snapshot, expected) => {
    expect(refuseHost(snapshot, CLUSTER)).toEqual(expected);
  });

  test('that an older cluster was on before ours is not refused', () => {
    const [lb1] = appliedCluster();
    const latest = lb1?.recorded.latest;
    if (lb1 === undefined || latest === undefined) throw new Error('no host');
    const both = { ...lb1, recorded: { latest, heads: [], damaged: [], foreignClusters: ['test'] } };
    expect(refuseHost(both, CLUSTER)).toEqual([]);
  });
});
