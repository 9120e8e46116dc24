import { describe, expect, test } from 'vitest';
import type { Observed, Wanted } from '../../../src/domain/resource.ts';
import { deadManScript, deadlinePath } from '../../../src/plan/dead-man.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { wantedBeforeUs } from '../../../src/plan/assemble.ts';
import { appliedCluster, CONF, desiredOf, freshCluster, SERVICE, withConf } from '../../support/cluster.ts';
import { BALANCED, balancedCluster, balancedWith, unbalancedCluster } from '../../support/balanced.ts';
import { planOf } from '../../support/scratch-host.ts';
import { hostName } from '../../support/branded.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';

const [PLATFORM] = PLATFORMS;

/** What the script does, in its own words, without the commands. */
function stepsOf(
  snapshot: HostSnapshot,
  wanted: Wanted,
  observed: Observed = snapshot.observed,
): readonly string[] {
  const plan = planOf({ wanted, observed });
  const { text } = deadManScript({ runId: 'r1', by: 'ada', plan, snapshot, platform: PLATFORM, tidy: [] });
  return [...text.matchAll(/^ {2}step '([^']+)'/gm)].map(([, what]) => what ?? '');
}

function first(snapshots: readonly HostSnapshot[]): HostSnapshot {
  const [snapshot] = snapshots;
  if (snapshot === undefined) throw new Error('no host');
  return snapshot;
}

const wantedOn = (name: string): Wanted => desiredOf(freshCluster()).wanted.get(hostName(name)) ?? new Map();

describe('the script of a dead-man', () => {
  test('stops the service of a first run before it takes its files away, and leaves the package', () => {
    expect(stepsOf(first(freshCluster()), wantedOn('lb1'))).toEqual([
      'reading units again',
      'bringing back service:keepalived',
      'bringing back file:/etc/keepalived/keepalived.conf',
      'bringing back file:/usr/libexec/keepalived/konvoy-ha-live',
      'bringing back file:/usr/libexec/keepalived/konvoy-ha-ready',
      'bringing back file:/usr/libexec/keepalived/konvoy-ha-notify',
      'bringing back file:/etc/systemd/system/keepalived.service.d/10-konvoy-ha.conf',
      'bringing back directory:/usr/libexec/keepalived',
      'bringing back directory:/etc/systemd/system/keepalived.service.d',
      'bringing back user:keepalived_script',
      'reading units again',
    ]);
  });

  test('tells a service that runs on of the configuration that came back, which no change of its own asks for', () => {
    const edited = withConf(first(appliedCluster()), (text) => `${text}# by hand\n`);
    expect(stepsOf(edited, wantedOn('lb1'))).toEqual([`bringing back ${CONF}`, `bringing back ${SERVICE}`]);
  });

  test('puts everything back before the service that a destroy has stopped, directories first', () => {
    const snapshot = first(appliedCluster());
    if (snapshot.recorded.latest === undefined) throw new Error('no generation');
    const steps = stepsOf(snapshot, wantedBeforeUs(snapshot.recorded.latest, false));
    expect(steps.slice(0, 3)).toEqual([
      'bringing back user:keepalived_script',
      'bringing back directory:/etc/systemd/system/keepalived.service.d',
      'bringing back directory:/usr/libexec/keepalived',
    ]);
    expect(steps.slice(-4)).toEqual([
      `bringing back ${CONF}`,
      'reading units again',
      `bringing back ${SERVICE}`,
      'reading units again',
    ]);
  });

  test('does nothing where the plan changes nothing', () => {
    expect(stepsOf(first(appliedCluster()), wantedOn('lb1'))).toEqual([]);
  });

  test('keeps the content of files out of itself, and names the copies with their sums', () => {
    const snapshot = withConf(first(appliedCluster()), () => 'auth_pass geheim\n');
    const plan = planOf({ wanted: wantedOn('lb1'), observed: snapshot.observed });
    const order = { runId: 'r1', by: 'ada', plan, snapshot, platform: PLATFORM, tidy: [] };
    const { text, saved } = deadManScript(order);
    expect(text).not.toContain('geheim');
    expect(saved).toEqual([
      {
        name: '0',
        path: '/etc/keepalived/keepalived.conf',
        sum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
    expect(text).toContain(`${saved[0]?.sum ?? ''} <"$here/saved/0"`);
  });

  test('has its deadline where a restart takes it away', () => {
    expect(deadlinePath('r1')).toBe('/run/konvoy-ha.r1.deadline');
  });
});

test('the script of a dead-man puts another version back before it restarts keepalived with it', () => {
  const snapshot = first(appliedCluster());
  const newer = new Map(
    [...wantedOn('lb1')].map(([key, resource]) => [
      key,
      resource?.kind === 'package' ? { ...resource, pinned: '1:2.2.8-1' } : resource,
    ]),
  );
  const plan = planOf({ wanted: newer, observed: snapshot.observed });
  const { text } = deadManScript({ runId: 'r1', by: 'ada', plan, snapshot, platform: PLATFORM, tidy: [] });
  expect(stepsOf(snapshot, newer)).toEqual(['bringing back package:keepalived', `bringing back ${SERVICE}`]);
  expect(text).toMatch(/ konvoy-ha keepalived '?1:2\.2\.7-1\+b2'? /);
  expect(text).toMatch(/ keepalived enable running by-restart <\/dev\/null$/m);
});

describe('with haproxy, the script of a dead-man', () => {
  const wanted = (endpoint = BALANCED): Wanted =>
    desiredOf(unbalancedCluster(), endpoint).wanted.get(hostName('lb1')) ?? new Map();

  test('ends haproxy before it takes its files away, and leaves its packages', () => {
    expect(stepsOf(first(unbalancedCluster()), wanted())).toEqual([
      'bringing back file:/usr/libexec/keepalived/konvoy-ha-live',
      'bringing back file:/usr/libexec/keepalived/konvoy-ha-ready',
      'reading units again',
      'bringing back service:konvoy-ha-haproxy',
      'bringing back file:/etc/konvoy-ha/haproxy.cfg',
      'bringing back file:/etc/konvoy-ha/redirect.nft',
      'bringing back file:/etc/systemd/system/konvoy-ha-haproxy.service',
      'bringing back directory:/etc/konvoy-ha',
      'reading units again',
    ]);
  });

  test('has haproxy read the files that came back, by its unit, which loads the redirect as well', () => {
    const snapshot = first(balancedCluster());
    const plan = planOf({
      wanted: wanted(balancedWith({ loadBalancerPort: 9445 })),
      observed: snapshot.observed,
    });
    const { text } = deadManScript({ runId: 'r1', by: 'ada', plan, snapshot, platform: PLATFORM, tidy: [] });
    expect(text).toMatch(/ konvoy-ha-haproxy enable running by-unit <\/dev\/null$/m);
    expect(text.indexOf('file:/etc/konvoy-ha/redirect.nft')).toBeLessThan(
      text.indexOf('service:konvoy-ha-haproxy'),
    );
    expect(text).not.toContain('service:keepalived');
  });
});
