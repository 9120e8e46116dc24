import { describe, expect, test } from 'vitest';
import {
  describeChecks,
  describeCluster,
  describeGenerations,
  describeHistory,
  describeHost,
  describeUnreachable,
} from '../../../src/plan/describe.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { hostName } from '../../support/branded.ts';
import {
  applied,
  appliedCluster,
  CONF,
  ENDPOINT,
  factsOf,
  freshHost,
  networkOf,
  withConf,
  withService,
} from '../../support/cluster.ts';

const [LB1, LB2] = appliedCluster();
if (LB1 === undefined || LB2 === undefined) throw new Error('no hosts');

describe('the status of a host', () => {
  test('has what it is and what it was left as', () => {
    expect(describeHost(LB1, ENDPOINT)).toEqual({
      ...{ host: 'lb1', reachable: true, holdsVip: true, state: 'active', interface: 'eth0' },
      ...{ priority: 250, vrid: 20, generation: 1, api: 'answers', service: 'running' },
      ...{ keepalivedVersion: '2.2.7', drift: [] },
    });
  });

  test.each<readonly [string, HostSnapshot, object]>([
    [
      'knows since when it is what it is',
      {
        ...LB2,
        facts: { ...LB2.facts, keepalived: { version: '2.2.7', state: 'backup', stateSince: 1_763_820_000 } },
      },
      { state: 'backup', stateSince: 1_763_820_000, holdsVip: false },
    ],
    [
      'is stopped when the service is, whatever the last state was',
      withService(LB2, { enabled: true, running: false }),
      { state: 'stopped', service: 'stopped', drift: ['service:keepalived'] },
    ],
    ['names what was changed by hand', withConf(LB2, () => ''), { drift: [CONF] }],
  ])('%s', (_, snapshot, expected) => {
    expect(describeHost(snapshot, ENDPOINT)).toMatchObject(expected);
  });

  test('has neither priority nor interface nor version where there are none', () => {
    const nowhere = freshHost('lb1', { facts: factsOf(networkOf('lb1', { interfaces: [] })) });
    expect(describeHost(nowhere, ENDPOINT)).toEqual({
      ...{ host: 'lb1', reachable: true, holdsVip: false, state: 'stopped' },
      ...{ api: 'answers', service: 'absent', drift: [] },
    });
  });

  test('says why it could not be asked', () => {
    const status = describeUnreachable(hostName('lb3'), 'connection refused');
    expect(status).toMatchObject({
      host: 'lb3',
      reachable: false,
      problem: 'connection refused',
      state: 'unknown',
    });
    expect(describeCluster([status], ENDPOINT)).toEqual({ endpoint: '10.0.50.20:6443', hosts: [status] });
  });

  test('is compared with the newest generation of all, and names damaged files', () => {
    const [newer] = applied(appliedCluster(1), 2);
    if (newer === undefined) throw new Error('no host');
    const damaged = [{ number: 2, files: ['/store/2/sums'] }];
    const lines = [newer, { ...LB2, recorded: { ...LB2.recorded, damaged } }].map((snapshot) =>
      describeHost(snapshot, ENDPOINT),
    );
    expect(lines.map((line) => [line.generation, line.damaged])).toEqual([
      [2, undefined],
      [1, ['/store/2/sums']],
    ]);
    expect(describeCluster(lines, ENDPOINT).newest).toBe(2);
  });

  test('has generations, for the history', () => {
    const [newer] = applied(appliedCluster(1), 2);
    if (newer === undefined) throw new Error('no host');
    expect(describeGenerations(newer)).toEqual({ host: 'lb1', whole: [1, 2], damaged: [] });
  });
});

describe('the history', () => {
  test('has one line for each run, oldest first, with the hosts of it', () => {
    const [lb1] = applied(appliedCluster(1), 2);
    if (lb1 === undefined) throw new Error('no host');
    expect(describeHistory([lb1, LB2]).map(({ number, hosts }) => [number, hosts])).toEqual([
      [1, ['lb1', 'lb2']],
      [2, ['lb1']],
    ]);
  });

  test('keeps two runs apart that came to one number on different hosts', () => {
    const other = {
      ...LB2,
      recorded: {
        ...LB2.recorded,
        heads: LB2.recorded.heads.map((head) => ({
          ...head,
          runId: 'run-x',
          at: '2026-11-21T00:00:00.000Z',
        })),
      },
    };
    expect(describeHistory([LB1, other]).map(({ runId, hosts }) => [runId, hosts])).toEqual([
      ['run-x', ['lb2']],
      ['run-1', ['lb1']],
    ]);
  });

  test('is empty where nobody applied anything', () => {
    expect(describeHistory([freshHost('lb1')])).toEqual([]);
  });
});

describe('the checks of a host', () => {
  test('say what was found', () => {
    expect(
      describeChecks(LB1, ENDPOINT).map(({ status, name, evidence }) => `${status} ${name}: ${evidence}`),
    ).toEqual([
      'pass reachable: as admin at 10.0.50.11',
      'pass root: by sudo without a password, or as root',
      'pass system: Debian GNU/Linux 12 (bookworm), systemd',
      'pass interface: eth0, own address 10.0.50.11',
      'pass health-client: curl',
      'pass api-server: answers on port 6443',
    ]);
  });

  test.each([
    ['refuses', 'refuses connections on port 6443'],
    ['silent', 'does not answer on port 6443'],
  ] as const)('warn of an API server that is %s', (api, evidence) => {
    const checks = describeChecks({ ...LB1, facts: { ...LB1.facts, api } }, ENDPOINT);
    expect(checks.at(-1)).toMatchObject({ name: 'api-server', status: 'warn', evidence });
  });
});
