import { describe, expect, test } from 'vitest';
import { mutate, mutateScript, type CommandResult, type Mutation } from '../../../src/domain/command.ts';
import {
  keyOf,
  resourceKey,
  type FileResource,
  type Observation,
  type Resource,
} from '../../../src/domain/resource.ts';
import { PLATFORMS } from '../../../src/platform/platform.ts';
import { converge, isSame, observationOf, probeOf } from '../../../src/resources/resources.ts';
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
const MODULE = { kind: 'module', name: 'ip_vs' } as const;
const SYSCTL = { kind: 'sysctl', name: 'net.ipv4.vs.conntrack' } as const;
/** `sha256sum` of what FILE holds. */
const SUM = 'e97eeb3c9efc6faf3dc5300e5b647b06944ad089625e5dbe7a4edf2169c4ea33';

const FILE: FileResource = {
  ...{ kind: 'file', path: '/etc/keepalived/keepalived.conf', owner: 'root', group: 'root', effect: 'none' },
  ...{ content: bytes('state BACKUP\n'), mode: 0o640 },
};

const PASSWD = 'keepalived_script:x:997:997::/home/keepalived_script:/usr/sbin/nologin\n';
const present = (resource: Resource): Observation => ({ status: 'present', resource });
const ABSENT: Observation = { status: 'absent' };

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
    ['a module', MODULE, said(''), present(MODULE)],
    ['no module', MODULE, said('', 1), ABSENT],
    ['a setting of the kernel that is on', SYSCTL, said('1\n'), present(SYSCTL)],
    ['one that is off', SYSCTL, said('0\n'), ABSENT],
    [
      'one whose module is not loaded',
      SYSCTL,
      complained('cat: /proc/sys/net/ipv4/vs/conntrack: No such file or directory', 1),
      ABSENT,
    ],
    [
      'no service: it neither runs nor starts',
      RUNNING,
      said('LoadState=not-found\nActiveState=inactive\nUnitFileState=\n'),
      present(OFF),
    ],
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
    ['a module that is not loaded', MODULE, undefined, [mutate('modprobe', '--', 'ip_vs')]],
    ['a module that is loaded', MODULE, MODULE, []],
    ['a module too many, which stays', undefined, MODULE, []],
    [
      'a setting that is off',
      SYSCTL,
      undefined,
      [mutateScript('printf 1 >"$1"', '/proc/sys/net/ipv4/vs/conntrack')],
    ],
    ['a setting that is on', SYSCTL, SYSCTL, []],
    ['a setting that is on and need not be, which stays', undefined, SYSCTL, []],
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
    ['nothing at all', undefined, undefined, []],
  ])('%s', (_, wanted, observed, expected) => {
    expect(converge(wanted, observed, DEBIAN)).toEqual(expected);
  });

  test.each<readonly [string, Resource | undefined, Resource | undefined, readonly string[]]>([
    ['an absent directory', DIRECTORY, undefined, [DIRECTORY.path, '755', 'root:root']],
    ['a directory too many', undefined, DIRECTORY, [DIRECTORY.path]],
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
