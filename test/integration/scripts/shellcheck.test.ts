import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { balancerFact } from '../../../src/backends/haproxy/facts.ts';
import { balanceGate } from '../../../src/backends/haproxy/gate.ts';
import { testConfiguration } from '../../../src/backends/keepalived/config-test.ts';
import { keepalivedFact } from '../../../src/backends/keepalived/facts.ts';
import { handOver, joinGate, ownerGate } from '../../../src/backends/keepalived/gates.ts';
import { KEYS } from '../../../src/backends/keepalived/layout.ts';
import { REACH } from '../../../src/backends/keepalived/reach-script.ts';
import { NETFILTER } from '../../../src/platform/netfilter-script.ts';
import { mutate, type Mutation, type Probe } from '../../../src/domain/command.ts';
import { calibrationFact } from '../../../src/facts/calibration.ts';
import { advertsFact } from '../../../src/facts/adverts.ts';
import { apiFact } from '../../../src/facts/api.ts';
import { kubernetesFact } from '../../../src/facts/kubernetes.ts';
import { networkFact } from '../../../src/facts/network.ts';
import { surroundingsFact } from '../../../src/facts/surroundings.ts';
import { systemFact } from '../../../src/facts/system.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import {
  armHost,
  deadManProbe,
  disarm,
  dropRun,
  fence,
  forgetUndone,
  undoNow,
  type DeadManRun,
} from '../../../src/engine/dead-man.ts';
import { withdrawGeneration } from '../../../src/engine/generations.ts';
import { leftoverRemoval } from '../../../src/engine/steps.ts';
import { deadManScript, type DeadManScript } from '../../../src/plan/dead-man.ts';
import { converge, probeOf, restore } from '../../../src/resources/resources.ts';
import { clusterName, interfaceName } from '../../support/branded.ts';
import { BALANCED } from '../../support/balanced.ts';
import { desiredOf, freshCluster, VIP } from '../../support/cluster.ts';
import { breakScript } from '../../../src/transport/lock.ts';
import { MISSING_TOOLS, runShell, SHELLS, whereIs } from '../../support/shells.ts';
import { planOf } from '../../support/scratch-host.ts';

const GOLDEN = join(import.meta.dirname, '../../unit/backends/golden');
const [DEBIAN] = PLATFORMS;

/** The scripts as they come to a host. */
const FILES: readonly (readonly [string, string])[] = readdirSync(GOLDEN, {
  recursive: true,
  encoding: 'utf8',
})
  .filter((path) => path.endsWith('.sh'))
  .map((path) => [path, readFileSync(join(GOLDEN, path), 'utf8')]);

const RUN: DeadManRun = { cluster: clusterName('prod'), runId: 'r2', watch: DEBIAN.services.watch };

/** The script of a dead-man for a first run. */
function deadMan(): DeadManScript {
  const [snapshot] = freshCluster(1);
  if (snapshot === undefined) throw new Error('no host');
  const [wanted = new Map()] = desiredOf([snapshot]).wanted.values();
  const plan = planOf({ wanted, observed: snapshot.observed });
  const tidy = [leftoverRemoval(plan), withdrawGeneration(RUN.cluster, 1)];
  return deadManScript({ runId: 'r2', by: 'ada', plan, snapshot, platform: DEBIAN, tidy });
}

/** Every script that we send, by the command that it is part of. */
const SENT: readonly (readonly [string, string])[] = unique(
  [
    ...KEYS.map((key) => probeOf(key, DEBIAN)),
    ...[
      ...systemFact.probes,
      ...networkFact(VIP).probes,
      ...apiFact(VIP, 6443).probes,
      ...advertsFact(interfaceName('eth0')).probes,
      ...calibrationFact(30, [VIP]).probes,
      ...keepalivedFact.probes,
      ...kubernetesFact().probes,
      ...surroundingsFact({ interface: 'eth0', address: VIP, port: 6443, scripts: [] }).probes,
    ],
    ...wanted().flatMap((resource) => [
      ...converge(resource, undefined, DEBIAN),
      ...converge(undefined, resource, DEBIAN),
    ]),
    ...wanted().flatMap((resource) => [
      ...restore(resource, undefined, DEBIAN),
      ...restore(undefined, resource, DEBIAN),
    ]),
    ...balancerFact(BALANCED).probes,
    DEBIAN.packages.offers('keepalived', 'never'),
    DEBIAN.packages.putBack('keepalived', '1:2.2.7-1'),
    DEBIAN.packages.installVersion('keepalived', '1:2.2.7-1'),
    DEBIAN.services.keepRunning('keepalived', mutate('true')),
    ...[DEBIAN.services.reload('keepalived'), testConfiguration('/etc/keepalived/keepalived.conf')],
    ...armHost(RUN, { script: deadMan(), about: 'apply ada', seconds: 60, earlier: ['r1'] }),
    ...[fence(RUN, 60), disarm(RUN), dropRun(RUN), undoNow(RUN), forgetUndone(RUN.cluster)],
    ...[
      deadManProbe(RUN.cluster),
      RUN.watch.prepareBoot('/var/lib/konvoy-ha', 'keepalived'),
      RUN.watch.end('r1'),
    ],
  ].flatMap(scriptOf),
).concat([
  ['dead-man', deadMan().text],
  ['owner gate', ownerGate(VIP, 1000).script],
  ['join gate', joinGate(1000).script],
  ['who hears whom', REACH],
  ['what filters', NETFILTER],
  ['handing over', handOver(VIP, 1000).script],
  ['balance gate', balanceGate(BALANCED, 1000).script],
  ['break a lock', `${breakScript('/run/lock', { pid: 1, startedAt: '1' }, 1000)}\necho "$k"`],
]);

function wanted(): readonly Parameters<typeof converge>[0][] {
  const [first] = desiredOf(freshCluster(1), BALANCED).wanted.values();
  return [...(first?.values() ?? [])];
}

function scriptOf({ argv }: Probe | Mutation): readonly (readonly [string, string])[] {
  const [sh, , script = '', , ...parameters] = argv;
  return sh === 'sh' ? [[`${script.slice(0, 40)}… ${parameters.join(' ')}`, script]] : [];
}

function unique(scripts: readonly (readonly [string, string])[]): (readonly [string, string])[] {
  return [...new Map(scripts.map(([name, text]) => [text, name]))].map(
    ([text, name]) => [name, text] as const,
  );
}

/** What shellcheck says of a POSIX script, nothing when it is content. */
function complaints(text: string, severity = 'style'): string {
  try {
    return execFileSync('shellcheck', ['--shell=sh', '--format=gcc', `--severity=${severity}`, '-'], {
      input: text,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  } catch (error) {
    return error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error);
  }
}

test('this machine has every tool that the tests of scripts need', () => {
  // Without one of them the tests of it do not run: apt-get install dash bash busybox curl openssl shellcheck
  expect(MISSING_TOOLS).toEqual([]);
});

describe.skipIf(whereIs('shellcheck') === undefined)('shellcheck', () => {
  test.each(FILES)('has nothing to say of %s', (_, text) => {
    expect(complaints(text)).toBe('');
  });

  // Its notes (`A && B || exit`, words of a command) are about what is meant there.
  test.each(SENT)('warns of nothing that is sent: %s', (_, text) => {
    expect(complaints(text, 'warning')).toBe('');
  });

  test('would say something', () => {
    expect(complaints('echo $1; [[ a ]]')).toMatch(/SC2086[\s\S]*SC3010|SC3010[\s\S]*SC2086/);
  });
});

describe.each(SHELLS)('$name', (shell) => {
  test('can read every script', async () => {
    const all = [...FILES, ...SENT];
    expect(all.length).toBeGreaterThan(20);
    for (const [name, text] of all) {
      const { exitCode, stderr } = await runShell(shell, ['-n', '-c', text]);
      expect({ name, exitCode, stderr: new TextDecoder().decode(stderr) }).toEqual({
        name,
        exitCode: 0,
        stderr: '',
      });
    }
  });
});
