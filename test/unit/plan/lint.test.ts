import { describe, expect, test } from 'vitest';
import type { Views } from '../../../src/backends/backends.ts';
import type { Diagnostic } from '../../../src/domain/error.ts';
import type { HostName } from '../../../src/domain/names.ts';
import { applyCommand } from '../../../src/engine/alter.ts';
import { checkCommand, planCommand } from '../../../src/engine/look.ts';
import { desire } from '../../../src/plan/desire.ts';
import type { HostSnapshot } from '../../../src/plan/snapshot.ts';
import { createRenderer, type Renderer } from '../../../src/render/render.ts';
import { hostName } from '../../support/branded.ts';
import { appliedCluster, ENDPOINT, freshCluster, intentOf } from '../../support/cluster.ts';
import { SeenHost } from '../../support/seen-host.ts';
import { KEEPALIVED_SOURCES, RENDERER, SOURCES } from '../../support/templates.ts';
import { worldOf, type ReportedWorld } from '../../support/world.ts';

/** The templates, but for one in which something is written otherwise. */
function rendererWith(from: string, to: string): Renderer<Views> {
  const conf = KEEPALIVED_SOURCES['keepalived.conf'].replace(from, to);
  if (conf === KEEPALIVED_SOURCES['keepalived.conf']) throw new Error(`nothing is ${from}`);
  return createRenderer<Views>({ ...SOURCES, 'keepalived.conf': conf });
}

function desiredWith(renderer: Renderer<Views>, snapshots = freshCluster()): readonly Diagnostic[] {
  const desired = desire(intentOf(snapshots), ENDPOINT, { snapshots, absent: [], renderer });
  return desired.ok ? desired.value.warnings : desired.error;
}

/** What is installed on a host, or what its package manager offers. */
interface Keepalived {
  readonly version?: string;
  readonly candidate?: string;
}

function withKeepalived(
  snapshots: readonly HostSnapshot[],
  ...keepalived: readonly Keepalived[]
): readonly HostSnapshot[] {
  return snapshots.map((snapshot, index) => {
    const { candidate, ...installed } = keepalived[index] ?? {};
    const offer = candidate === undefined ? { versions: [] } : { candidate, versions: [] };
    const offers = new Map([['keepalived', offer]]);
    return {
      ...snapshot,
      facts: { ...snapshot.facts, offers, keepalived: { state: 'unknown', ...installed } },
    };
  });
}

function said(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(
    ({ severity, host, message, hints }) => `${severity} ${host}: ${message}; ${hints.join('; ')}`,
  );
}

const WARNED = rendererWith('    state BACKUP\n', '    state MASTER\n');

describe('the keepalived.conf of a plan', () => {
  test('has nothing against it when it is ours', () => {
    expect(desiredWith(RENDERER)).toEqual([]);
  });

  test('is refused once where it is wrong on all hosts, and on each where each is wrong in its own way', () => {
    expect(
      said(desiredWith(rendererWith('enable_script_security', 'enable_script_security\n    vrrp_strict'))),
    ).toEqual([
      'error lb1: vrrp_strict forbids unicast peers and drops whatever is sent to the VIP itself; leave it out; the same on lb2, lb3',
    ]);
    const found = desiredWith(rendererWith('{{priority}}', '240'));
    expect(found.map(({ host, message }) => `${host}: ${message}`)).toEqual([
      'lb1: priority is 240, and 250 was decided for this host',
      'lb3: priority is 240, and 230 was decided for this host',
    ]);
  });

  test('may only have what every keepalived knows that is there or would be installed', () => {
    const renderer = rendererWith('    state BACKUP\n', '    state BACKUP\n    down_timer_adverts 3\n');
    const old = 'down_timer_adverts is known since keepalived 2.2.3, and this host has 2.1.5';
    const messages = (...keepalived: readonly Keepalived[]): readonly string[] =>
      desiredWith(renderer, withKeepalived(freshCluster(), ...keepalived)).map(
        ({ host, message }) => `${host} ${message}`,
      );
    expect(messages({ version: '2.2.7' }, { candidate: '1:2.2.7-1+b2' }, {})).toEqual([]);
    expect(messages({ version: '2.2.7' }, { version: '2.1.5' }, {})).toEqual([`lb2 ${old}`]);
    expect(messages({ version: '2.2.7' }, { candidate: '1:2.1.5-0.2+deb11u1' }, {})).toEqual([`lb2 ${old}`]);
  });

  test('may sign adverts only where every host is known to understand it', () => {
    const renderer = rendererWith(
      '    state BACKUP\n',
      '    state BACKUP\n    auth_hmac {\n        active_key 1\n    }\n',
    );
    const messages = (...keepalived: readonly Keepalived[]): readonly string[] =>
      desiredWith(renderer, withKeepalived(freshCluster(), ...keepalived)).map(({ message }) => message);
    const good = { version: '2.4.3' };
    expect(messages(good, good, good)).toEqual([]);
    expect(messages(good, good, {})).toEqual([
      'auth_hmac needs keepalived 2.4.3 on every host, and what each host has is not known',
    ]);
    expect(messages(good, { version: '2.4.2' }, good)).toEqual([
      'auth_hmac needs keepalived 2.4.3 on every host, and one has 2.4.2',
    ]);
  });
});

const ALL = new Set(['lb1', 'lb2', 'lb3'].map(hostName));

function seen(snapshots: readonly HostSnapshot[], renderer = RENDERER): ReportedWorld {
  const hosts = snapshots.map((snapshot): readonly [HostName, SeenHost] => [
    snapshot.intent.name,
    new SeenHost(snapshot),
  ]);
  return { ...worldOf(snapshots, new Map(hosts)), renderer };
}

function warningsIn({ events }: ReportedWorld): readonly string[] {
  return events.flatMap((event) => (event.type === 'diagnostic' ? [event.diagnostic.message] : []));
}

const MASTER = 'state MASTER decides nothing: every host listens first, and the highest priority wins';

describe('what hurts little', () => {
  test('is said by check, plan and apply, and stops none of them', async () => {
    const looks = seen(freshCluster(), WARNED);
    await checkCommand(looks, ALL);
    expect(warningsIn(looks)).toEqual([MASTER]);
    const planned = seen(freshCluster(), WARNED);
    await planCommand(planned, ALL);
    expect(warningsIn(planned)).toEqual([MASTER]);
    const applied = seen(freshCluster(), WARNED);
    const confirm = async (): Promise<boolean> => Promise.resolve(false);
    await applyCommand(applied, ALL, {
      verify: true,
      keepOnFailure: false,
      confirmTimeoutS: undefined,
      confirm,
    });
    expect(warningsIn(applied)).toEqual([MASTER]);
  });
});

describe('check says of the keepalived of a host', () => {
  async function versionChecks(snapshots: readonly HostSnapshot[]): Promise<readonly string[]> {
    const world = seen(snapshots);
    await checkCommand(world, ALL);
    const checks = world.events.flatMap((event) => (event.type === 'checks' ? event.checks : []));
    return checks
      .filter(({ name }) => name === 'keepalived-version')
      .map(
        ({ host, status, evidence, hint }) =>
          `${host} ${status} ${evidence}${hint === undefined ? '' : ` (${hint})`}`,
      );
  }

  test('what is known to be wrong with it, and with what would be installed', async () => {
    const hint =
      '(mended in 2.3.2; bring it there, or look whether your distribution has mended its package)';
    const crash =
      'reload-crash: a reload while a check script is past its time can end the daemon, which is then started again';
    const snapshots = withKeepalived(
      freshCluster(),
      { candidate: '1:2.2.7-1+b2' },
      { candidate: '1:2.3.3-1' },
      {},
    );
    expect(await versionChecks(snapshots)).toEqual([
      `lb1 warn 2.2.7, to be installed: ${crash} ${hint}`,
      'lb2 pass 2.3.3, to be installed; not used: what checker-overflow, reload-dbus is about',
      'lb3 skipped not installed, and its package manager knows of none yet',
    ]);
    expect(await versionChecks(appliedCluster())).toEqual(
      ['lb1', 'lb2', 'lb3'].map((host) => `${host} warn 2.2.7: ${crash} ${hint}`),
    );
  });

  test('that nobody has tried one that is so old', async () => {
    const [first] = await versionChecks(withKeepalived(freshCluster(), { candidate: '1:2.0.10-1' }));
    expect(first).toBe(
      'lb1 warn 2.0.10, to be installed: older than all that konvoy-ha was tried with (bring it to 2.0.19 or later)',
    );
  });
});
