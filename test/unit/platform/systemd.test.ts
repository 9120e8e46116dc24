import { describe, expect, test } from 'vitest';
import { SYSTEMD } from '../../../src/platform/systemd.ts';
import { complained, said } from '../../support/command-results.ts';

/** What `systemctl show --property=LoadState,ActiveState,UnitFileState keepalived` prints (systemd 252, Debian 12). */
function shown(load: string, active: string, file: string): string {
  return `LoadState=${load}\nActiveState=${active}\nUnitFileState=${file}\n`;
}

describe('systemctl show', () => {
  test.each<readonly [string, string, unknown]>([
    ['a service that runs', shown('loaded', 'active', 'enabled'), { enabled: true, running: true }],
    [
      'a service that is reading its configuration',
      shown('loaded', 'reloading', 'enabled'),
      { enabled: true, running: true },
    ],
    [
      'a service as Debian installs it without a configuration',
      shown('loaded', 'inactive', 'enabled'),
      { enabled: true, running: false },
    ],
    [
      'a service that runs until the next boot',
      shown('loaded', 'active', 'disabled'),
      { enabled: false, running: true },
    ],
    [
      'a service enabled until the next boot',
      shown('loaded', 'active', 'enabled-runtime'),
      { enabled: true, running: true },
    ],
    [
      'a service that needs no enabling',
      shown('loaded', 'active', 'static'),
      { enabled: true, running: true },
    ],
    ['a service that failed', shown('loaded', 'failed', 'enabled'), { enabled: true, running: false }],
    [
      // Restart=always: the second between a crash and the next try is `activating (auto-restart)`.
      'a service that crashes again and again as one that does not run',
      shown('loaded', 'activating', 'enabled'),
      { enabled: true, running: false },
    ],
    [
      'a service that is being stopped',
      shown('loaded', 'deactivating', 'enabled'),
      { enabled: true, running: false },
    ],
    [
      'properties in another order',
      'UnitFileState=enabled\nActiveState=active\nLoadState=loaded\n',
      { enabled: true, running: true },
    ],
    ['no service where there is none', shown('not-found', 'inactive', ''), undefined],
    ['no service where it is masked', shown('masked', 'inactive', 'masked'), undefined],
    ['no service from nothing', '', undefined],
  ])('tells %s', (_, text, expected) => {
    expect(SYSTEMD.parseQuery(said(text))).toEqual(expected);
  });

  test('tells no service where systemd does not run', () => {
    const text = "System has not been booted with systemd as init system (PID 1). Can't operate.";
    expect(SYSTEMD.parseQuery(complained(text, 1))).toBeUndefined();
    expect(
      SYSTEMD.parseQuery({ ...said(shown('loaded', 'active', 'enabled')), exitCode: 1 }),
    ).toBeUndefined();
  });
});

describe('systemd', () => {
  test.each([
    ['query', ['systemctl', 'show', '--property=LoadState,ActiveState,UnitFileState', 'keepalived'], 'none'],
    ['enable', ['systemctl', '--quiet', 'enable', 'keepalived'], 'change'],
    ['disable', ['systemctl', '--quiet', 'disable', 'keepalived'], 'change'],
    ['start', ['systemctl', 'start', 'keepalived'], 'change'],
    ['stop', ['systemctl', 'stop', 'keepalived'], 'change'],
    ['reloadByUnit', ['systemctl', 'reload-or-restart', 'keepalived'], 'change'],
    ['lastWords', ['journalctl', '--unit', 'keepalived', '--lines=10', '--no-pager', '--output=cat'], 'none'],
  ] as const)('can %s', (verb, argv, effect) => {
    expect(SYSTEMD[verb]('keepalived')).toEqual({ argv, effect });
  });

  test('tells the main process of a service to reload, and starts a service that has none', () => {
    const { argv, effect } = SYSTEMD.reload('keepalived');
    expect(argv.slice(3)).toEqual(['konvoy-ha', 'keepalived', '/run/keepalived.pid']);
    expect(effect).toBe('change');
  });

  test('can read its units again, and says how to stop a service by hand', () => {
    expect(SYSTEMD.reloadUnits()).toEqual({ argv: ['systemctl', 'daemon-reload'], effect: 'change' });
    expect(SYSTEMD.stopByHand('keepalived')).toBe('systemctl stop keepalived');
    expect(SYSTEMD.reloadByHand('haproxy')).toBe('systemctl reload haproxy');
  });
});
