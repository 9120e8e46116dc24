import { describe, expect, test } from 'vitest';
import { mutate, type CommandResult, type Mutation } from '../../../src/domain/command.ts';
import { hear } from '../../../src/domain/opening.ts';
import {
  keyOf,
  resourceKey,
  type FileResource,
  type Observation,
  type OpeningResource,
  type Resource,
} from '../../../src/domain/resource.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { converge, isSame, observationOf, probeOf, restore } from '../../../src/resources/resources.ts';
import { interfaceName, ip } from '../../support/branded.ts';
import { bytes, complained, said } from '../../support/command-results.ts';

const [DEBIAN] = PLATFORMS;
const { packages, services } = DEBIAN;

const PACKAGE = { kind: 'package', name: 'keepalived' } as const;
const USER = { kind: 'user', name: 'keepalived_script' } as const;
const DIRECTORY = {
  kind: 'directory',
  path: '/usr/libexec/keepalived',
  mode: 0o755,
  owner: 'root',
  group: 'root',
} as const;
const RUNNING = { kind: 'service', name: 'keepalived', enabled: true, running: true } as const;
const OFF = { ...RUNNING, enabled: false, running: false };
const ADDRESS: Resource = {
  ...{ kind: 'address', name: '10.0.50.20/32 dev eth0', interface: interfaceName('eth0'), isSpare: false },
  prefix: { address: ip('10.0.50.20'), length: 32 },
};
/** `sha256sum` of what FILE holds. */
const SUM = 'e97eeb3c9efc6faf3dc5300e5b647b06944ad089625e5dbe7a4edf2169c4ea33';

const FILE: FileResource = {
  ...{ kind: 'file', path: '/etc/keepalived/keepalived.conf', owner: 'root', group: 'root', effect: 'none' },
  ...{ content: bytes('state BACKUP\n'), mode: 0o640 },
};

const PASSWD = 'keepalived_script:x:997:997::/home/keepalived_script:/usr/sbin/nologin\n';
const present = (resource: Resource): Observation => ({ status: 'present', resource });
const ABSENT: Observation = { status: 'absent' };

const OPENING: OpeningResource = { kind: 'opening', name: 'netfilter', rules: [hear('10.0.50.12')] };
const DROPPING = `#table ip filter
*filter
:INPUT DROP [0:0]
`;
const OPENED = `${DROPPING}-A INPUT -s 10.0.50.12/32 -p vrrp -m comment --comment "konvoy-ha: in vrrp from 10.0.50.12" -j ACCEPT
`;

describe('an opening', () => {
  test.each<readonly [string, string, Observation]>([
    ['absent where nothing of ours is', DROPPING, { status: 'absent' }],
    ['absent where nothing is', '', { status: 'absent' }],
    ['what our rules say', `#kept\n${OPENED}`, present(OPENING)],
    [
      'without rules when somebody has flushed them',
      `#kept\n${DROPPING}`,
      present({ ...OPENING, rules: [] }),
    ],
    ['without rules when the next boot would not have them', OPENED, present({ ...OPENING, rules: [] })],
  ])('is %s', (_, listed, expected) => {
    expect(observationOf(keyOf('opening', 'netfilter'), said(listed), DEBIAN)).toEqual(expected);
  });

  test('is the same as one with the same rules, and no other', () => {
    expect(isSame(OPENING, { ...OPENING })).toBe(true);
    expect(isSame(OPENING, { ...OPENING, rules: [] })).toBe(false);
  });

  test('is made and taken away by its unit', () => {
    const unit = 'konvoy-ha-firewall';
    expect(converge(OPENING, undefined, DEBIAN)).toEqual([
      services.enable(unit),
      services.reloadByUnit(unit),
    ]);
    expect(converge(undefined, OPENING, DEBIAN)).toEqual([services.stop(unit), services.disable(unit)]);
  });

  test('that was not there is closed without its unit, whose script may be gone', () => {
    const [close, ...rest] = restore(undefined, OPENING, DEBIAN);
    expect(close?.argv.slice(3)).toEqual(['konvoy-ha', 'close']);
    expect(rest).toEqual([
      services.restore('konvoy-ha-firewall', { enabled: false, running: false }, 'by-unit'),
    ]);
  });

  test('that was there is brought back by its unit', () => {
    expect(restore(OPENING, undefined, DEBIAN)).toEqual([
      services.restore('konvoy-ha-firewall', { enabled: true, running: true }, 'by-unit'),
    ]);
  });
});

describe('what a probe saw', () => {
  test.each<readonly [string, Resource, CommandResult, Observation]>([
    ['a package', PACKAGE, said('ii 1:2.2.7-1+b2'), present({ ...PACKAGE, version: '1:2.2.7-1+b2' })],
    ['no package', PACKAGE, complained('dpkg-query: no packages found matching keepalived', 1), ABSENT],
    ['a user', USER, said(PASSWD), present(USER)],
    ['no user', USER, said('', 2), ABSENT],
    [
      'a user of another name, as an alias of LDAP gives',
      USER,
      said('somebody:x:997:997::/:/bin/sh\n'),
      ABSENT,
    ],
    ['a directory', DIRECTORY, said('755 root root directory\n'), present(DIRECTORY)],
    [
      'a directory of others',
      DIRECTORY,
      said('2775 root staff directory\n'),
      present({ ...DIRECTORY, mode: 0o2775, group: 'staff' }),
    ],
    [
      'no directory',
      DIRECTORY,
      complained("stat: cannot statx '/usr/libexec/keepalived': No such file or directory", 1),
      ABSENT,
    ],
    [
      'a file where a directory shall be',
      DIRECTORY,
      said('644 root root regular file\n'),
      { status: 'obstacle', what: 'regular file' },
    ],
    [
      'a link where a directory shall be',
      DIRECTORY,
      said('777 root root symbolic link\n'),
      { status: 'obstacle', what: 'symbolic link' },
    ],
    ['a file', FILE, said('640 root root regular file\nstate BACKUP\n'), present(FILE)],
    [
      'an empty file',
      FILE,
      said('640 root root regular empty file\n'),
      present({ ...FILE, content: bytes('') }),
    ],
    [
      'a file of empty lines',
      FILE,
      said('640 root root regular file\n\n\n'),
      present({ ...FILE, content: bytes('\n\n') }),
    ],
    [
      'a file of a user without a name',
      FILE,
      said('640 UNKNOWN root regular file\nstate BACKUP\n'),
      present({ ...FILE, owner: 'UNKNOWN' }),
    ],
    [
      'no file',
      FILE,
      complained("stat: cannot statx '/etc/keepalived/keepalived.conf': No such file or directory", 1),
      ABSENT,
    ],
    [
      'a link where a file shall be',
      FILE,
      said('777 root root symbolic link\n'),
      { status: 'obstacle', what: 'symbolic link' },
    ],
    [
      'a directory where a file shall be',
      FILE,
      said('755 root root directory\n'),
      { status: 'obstacle', what: 'directory' },
    ],
    [
      'a device where a file shall be',
      FILE,
      said('666 root root character special file\n'),
      { status: 'obstacle', what: 'character special file' },
    ],
    [
      'a service',
      RUNNING,
      said('LoadState=loaded\nActiveState=active\nUnitFileState=enabled\n'),
      present(RUNNING),
    ],
    [
      'no service: it neither runs nor starts',
      RUNNING,
      said('LoadState=not-found\nActiveState=inactive\nUnitFileState=\n'),
      present(OFF),
    ],
    [
      'an address',
      ADDRESS,
      said(
        '35: eth0    inet 10.0.50.20/32 scope global eth0\\       valid_lft forever preferred_lft forever\n',
      ),
      present(ADDRESS),
    ],
    ['no address', ADDRESS, said(''), ABSENT],
  ])('is %s', (_, resource, result, expected) => {
    expect(observationOf(resourceKey(resource), result, DEBIAN)).toEqual(expected);
  });

  test('is a file byte by byte, whatever its bytes', () => {
    const content = Uint8Array.from([0, 255, 10, 195, 40, 13]);
    const stdout = Uint8Array.from([...bytes('644 root root regular file\n'), ...content]);
    const seen = observationOf(resourceKey(FILE), { ...said(''), stdout }, DEBIAN);
    expect(seen).toEqual(present({ ...FILE, mode: 0o644, content }));
  });
});

describe('a probe', () => {
  test.each<readonly [Resource, readonly string[]]>([
    [PACKAGE, packages.query('keepalived').argv],
    [USER, ['getent', 'passwd', 'keepalived_script']],
    [DIRECTORY, ['stat', '-c', '%a %U %G %F', '--', '/usr/libexec/keepalived']],
    [RUNNING, services.query('keepalived').argv],
  ])('asks for %o', (resource, argv) => {
    expect(probeOf(resourceKey(resource), DEBIAN)).toEqual({ effect: 'none', argv });
  });

  test('asks for a path with a colon as it is', () => {
    expect(probeOf(keyOf('directory', '/srv/a:b'), DEBIAN).argv).toContain('/srv/a:b');
  });
});

describe('a resource is the same', () => {
  const OTHERS: readonly (readonly [string, Resource, Resource])[] = [
    ['in another mode', FILE, { ...FILE, mode: 0o644 }],
    ["as another user's", FILE, { ...FILE, owner: 'ada' }],
    ["as another group's", FILE, { ...FILE, group: 'adm' }],
    ['with another content', FILE, { ...FILE, content: bytes('state BACKUP') }],
    ['when it is not enabled', RUNNING, { ...RUNNING, enabled: false }],
    ['when it does not run', RUNNING, { ...RUNNING, running: false }],
    ['as a thing of another kind', FILE, DIRECTORY],
    ['as a user of the name of a package', PACKAGE, { kind: 'user', name: 'keepalived' }],
  ];
  test.each(OTHERS)('not %s', (_, wanted, observed) => {
    expect(isSame(wanted, observed)).toBe(false);
  });

  test.each<readonly [string, Resource, Resource]>([
    ['file with another effect, which is ours to decide', FILE, { ...FILE, effect: 'reload' }],
    ['package of any version', PACKAGE, { ...PACKAGE, version: '1:2.3.3-1' }],
    ['directory in any mode: others share it', DIRECTORY, { ...DIRECTORY, mode: 0o2775, group: 'staff' }],
    ['user', USER, USER],
    ['service', RUNNING, RUNNING],
    ['file', FILE, { ...FILE, content: Uint8Array.from(FILE.content) }],
  ])('as a %s', (_, wanted, observed) => {
    expect(isSame(wanted, observed)).toBe(true);
  });
});

describe('what brings a resource to what is wanted', () => {
  const useradd = mutate(
    ...['useradd', '--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER.name],
  );
  test.each<readonly [string, Resource | undefined, Resource | undefined, readonly Mutation[]]>([
    ['an absent package', PACKAGE, undefined, [packages.install('keepalived')]],
    ['a package that is there', PACKAGE, { ...PACKAGE, version: '1' }, []],
    ['a package too many', undefined, { ...PACKAGE, version: '1' }, [packages.remove('keepalived')]],
    ['an absent user', USER, undefined, [useradd]],
    ['a user that is there', USER, USER, []],
    ['a user too many', undefined, USER, [mutate('userdel', 'keepalived_script')]],
    ['a directory that is there, in whatever mode', DIRECTORY, { ...DIRECTORY, mode: 0o700 }, []],
    ['a file too many', undefined, FILE, [mutate('rm', '-f', '--', FILE.path)]],
    ['a service that is off', RUNNING, OFF, [services.enable('keepalived'), services.start('keepalived')]],
    ['a service that is as it shall be', RUNNING, RUNNING, []],
    [
      'a service that is not enabled',
      RUNNING,
      { ...RUNNING, enabled: false },
      [services.enable('keepalived')],
    ],
    ['a service that is stopped', RUNNING, { ...RUNNING, running: false }, [services.start('keepalived')]],
    [
      'a service that shall be off',
      OFF,
      RUNNING,
      [services.stop('keepalived'), services.disable('keepalived')],
    ],
    ['a service too many', undefined, RUNNING, [services.stop('keepalived'), services.disable('keepalived')]],
    ['a service that is off already', undefined, OFF, []],
    ['an address that is not there: it is never put there', ADDRESS, undefined, []],
    ['nothing at all', undefined, undefined, []],
  ])('%s', (_, wanted, observed, expected) => {
    expect(converge(wanted, observed, DEBIAN)).toEqual(expected);
  });

  test.each<readonly [string, Resource | undefined, Resource | undefined, readonly string[]]>([
    ['an absent directory', DIRECTORY, undefined, [DIRECTORY.path, '755', 'root:root']],
    ['a directory too many', undefined, DIRECTORY, [DIRECTORY.path]],
    ['an address too many', undefined, ADDRESS, ['10.0.50.20/32', 'eth0']],
    ['an absent file', FILE, undefined, [FILE.path, '640', 'root:root', SUM]],
    [
      'a file with another content',
      FILE,
      { ...FILE, content: bytes('') },
      [FILE.path, '640', 'root:root', SUM],
    ],
  ])('%s: one script, that is given everything as parameters', (_, wanted, observed, parameters) => {
    const [mutation, ...more] = converge(wanted, observed, DEBIAN);
    expect(more).toEqual([]);
    expect(mutation?.argv.slice(0, 2)).toEqual(['sh', '-c']);
    expect(mutation?.argv.slice(3)).toEqual(['konvoy-ha', ...parameters]);
    expect(mutation?.stdin).toEqual(wanted?.kind === 'file' ? FILE.content : undefined);
  });
});
