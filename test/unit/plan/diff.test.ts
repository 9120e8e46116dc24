import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Change } from '../../../src/domain/plan.ts';
import {
  resourceKey,
  type FileResource,
  type Observation,
  type Observed,
  type Resource,
  type ResourceKey,
  type ServiceResource,
  type UserResource,
  type Wanted,
} from '../../../src/domain/resource.ts';
import { diff, serviceActionOf } from '../../../src/plan/diff.ts';
import { observedAfter } from '../../support/cluster.ts';
import { bytes } from '../../support/command-results.ts';

const CONF = file('/etc/keepalived/keepalived.conf', 'priority 250', { mode: 0o640, effect: 'reload' });
const READY = file('/usr/libexec/keepalived/konvoy-ha-ready', '#!/bin/sh', { mode: 0o755 });
const DROP_IN = file('/etc/systemd/system/keepalived.service.d/10-konvoy-ha.conf', '[Service]', {
  effect: 'daemon-reload',
});
const USER: UserResource = { kind: 'user', name: 'keepalived_script' };
const RUNNING: ServiceResource = { kind: 'service', name: 'keepalived', enabled: true, running: true };
const STOPPED: ServiceResource = { ...RUNNING, running: false };

function file(path: string, text: string, rest: Partial<FileResource> = {}): FileResource {
  const usual = { mode: 0o644, owner: 'root', group: 'root', effect: 'none' as const };
  return { kind: 'file', path, content: bytes(text), ...usual, ...rest };
}

function wanted(...resources: readonly Resource[]): Wanted {
  return new Map(resources.map((resource) => [resourceKey(resource), resource]));
}

function gone(...resources: readonly Resource[]): Wanted {
  return new Map(resources.map((resource) => [resourceKey(resource), undefined]));
}

function seen(...resources: readonly Resource[]): Observed {
  return new Map(resources.map((resource) => [resourceKey(resource), { status: 'present', resource }]));
}

function short(changes: readonly Change[]): readonly string[] {
  return changes.map(({ action, key }) => `${action} ${key}`);
}

const CONF_KEY = resourceKey(CONF);

describe('the difference', () => {
  test.each<readonly [string, Wanted, Observed, readonly Change[]]>([
    ['is none when nothing is wanted and nothing is there', new Map(), new Map(), []],
    [
      'is none when what is wanted is there',
      wanted(CONF),
      seen(CONF),
      [{ key: CONF_KEY, action: 'none', wanted: CONF, observed: CONF }],
    ],
    [
      'is an update with both sides',
      wanted(CONF),
      seen({ ...CONF, mode: 0o600 }),
      [{ key: CONF_KEY, action: 'update', wanted: CONF, observed: { ...CONF, mode: 0o600 } }],
    ],
    [
      'is a creation of what is absent',
      wanted(CONF),
      new Map([[CONF_KEY, { status: 'absent' }]]),
      [{ key: CONF_KEY, action: 'create', wanted: CONF }],
    ],
    [
      'is a creation of what was not looked at',
      wanted(CONF),
      new Map(),
      [{ key: CONF_KEY, action: 'create', wanted: CONF }],
    ],
    [
      'is a creation where something stands in the way, which refusals have kept from getting here',
      wanted(CONF),
      new Map([[CONF_KEY, { status: 'obstacle', what: 'symbolic link' }]]),
      [{ key: CONF_KEY, action: 'create', wanted: CONF }],
    ],
    [
      'is a removal of what shall not be there',
      gone(CONF),
      seen(CONF),
      [{ key: CONF_KEY, action: 'remove', observed: CONF }],
    ],
    [
      'is none for what shall not be there and is not',
      gone(CONF),
      new Map([[CONF_KEY, { status: 'absent' }]]),
      [{ key: CONF_KEY, action: 'none' }],
    ],
    [
      'is none for what shall not be there and was not looked at',
      gone(CONF),
      new Map(),
      [{ key: CONF_KEY, action: 'none' }],
    ],
    ['says nothing of what is there and nobody spoke of', new Map(), seen(CONF), []],
  ])('%s', (_, want, observed, expected) => {
    expect(diff(want, observed)).toEqual(expected);
  });

  test('creates in the order that is wanted and removes last, the other way round', () => {
    const want = new Map([...gone(USER), ...wanted(READY), ...gone(DROP_IN), ...wanted(CONF)]);
    expect(short(diff(want, seen(USER, DROP_IN)))).toEqual([
      `create ${resourceKey(READY)}`,
      `create ${CONF_KEY}`,
      `remove ${resourceKey(DROP_IN)}`,
      `remove ${resourceKey(USER)}`,
    ]);
  });
});

describe('after the difference has been carried out', () => {
  const text = fc.constantFrom('', 'priority 250', 'priority 240');
  const mode = fc.constantFrom(0o600, 0o640, 0o755);
  const name = fc.constantFrom('one', 'two');
  const resource: fc.Arbitrary<Resource> = fc.oneof(
    fc
      .record({ name, text, mode })
      .map((it): Resource => file(`/etc/${it.name}`, it.text, { mode: it.mode })),
    fc.record({ name, mode }).map((it): Resource => ({
      ...{ kind: 'directory', path: `/etc/${it.name}`, owner: 'root', group: 'root' },
      mode: it.mode,
    })),
    name.map((it): Resource => ({ kind: 'package', name: it })),
    name.map((it): Resource => ({ kind: 'user', name: it })),
    fc
      .record({ name, enabled: fc.boolean(), running: fc.boolean() })
      .map((it): Resource => ({ kind: 'service', ...it })),
  );
  const observations = fc
    .array(fc.tuple(resource, fc.constantFrom('present', 'absent', 'obstacle', 'not looked at')))
    .map((all): Observed => {
      const entries = all.flatMap(([it, status]): readonly (readonly [ResourceKey, Observation])[] => {
        if (status === 'present') return [[resourceKey(it), { status, resource: it }]];
        if (status === 'absent') return [[resourceKey(it), { status }]];
        return status === 'obstacle' ? [[resourceKey(it), { status, what: 'symbolic link' }]] : [];
      });
      return new Map(entries);
    });
  const wishes = fc
    .array(fc.tuple(resource, fc.boolean()))
    .map((all): Wanted => new Map(all.map(([it, isWanted]) => [resourceKey(it), isWanted ? it : undefined])));

  test('there is none', () => {
    fc.assert(
      fc.property(wishes, observations, (want, observed) => {
        const again = diff(want, observedAfter(want, observed));
        expect(again.filter(({ action }) => action !== 'none')).toEqual([]);
        expect(again).toHaveLength(want.size);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the service', () => {
  const OTHER_CONF = file(CONF.path, 'priority 240', { mode: 0o640, effect: 'reload' });

  test.each<readonly [string, Wanted, Observed, string]>([
    ['has nothing to do when nothing changes', wanted(CONF, RUNNING), seen(CONF, RUNNING), 'none'],
    ['starts', wanted(CONF, RUNNING), seen(CONF, STOPPED), 'start'],
    [
      'starts with a new configuration, and does not reload',
      wanted(CONF, RUNNING),
      seen(OTHER_CONF, STOPPED),
      'start',
    ],
    ['stops', wanted(STOPPED), seen(RUNNING), 'stop'],
    ['stops, and does not reload, when it is not wanted at all', gone(RUNNING), seen(RUNNING), 'stop'],
    ['reloads a new configuration', wanted(CONF, RUNNING), seen(OTHER_CONF, RUNNING), 'reload'],
    ['reloads a configuration that had gone', wanted(CONF, RUNNING), seen(RUNNING), 'reload'],
    [
      'reloads a configuration with another mode',
      wanted(CONF, RUNNING),
      seen({ ...CONF, mode: 0o600 }, RUNNING),
      'reload',
    ],
    [
      'needs no reload for a script with another text: it is read on every run',
      wanted(READY, RUNNING),
      seen({ ...READY, content: bytes('#!/bin/sh -e') }, RUNNING),
      'none',
    ],
    [
      'reloads when a script was not executable',
      wanted(READY, RUNNING),
      seen({ ...READY, mode: 0o644 }, RUNNING),
      'reload',
    ],
    ['reloads when a script was missing', wanted(READY, RUNNING), seen(RUNNING), 'reload'],
    [
      "reloads when a script was another user's",
      wanted(READY, RUNNING),
      seen({ ...READY, owner: 'ada' }, RUNNING),
      'reload',
    ],
    ['reloads when the user of the scripts was missing', wanted(USER, RUNNING), seen(RUNNING), 'reload'],
    ['needs no reload for a drop-in', wanted(DROP_IN, RUNNING), seen(RUNNING), 'none'],
    ['needs no reload to be enabled', wanted(RUNNING), seen({ ...RUNNING, enabled: false }), 'none'],
    [
      'has nothing to do where it neither runs nor shall run',
      wanted(CONF, STOPPED),
      seen(OTHER_CONF, STOPPED),
      'none',
    ],
    ['has nothing to do where nobody spoke of it', wanted(CONF), seen(OTHER_CONF), 'none'],
  ])('%s', (_, want, observed, expected) => {
    expect(serviceActionOf(diff(want, observed))).toBe(expected);
  });
});

describe('a package with a pinned version', () => {
  const program = { kind: 'package', name: 'keepalived', runs: 'keepalived' } as const;
  const old = { ...program, version: '1:2.2.7-1' };
  const actions = (pinned: string | undefined): readonly string[] => {
    const package_ = pinned === undefined ? program : { ...program, pinned };
    const changes = diff(wanted(package_, CONF, RUNNING), seen(old, CONF, RUNNING));
    return [...short(changes).filter((line) => !line.startsWith('none')), serviceActionOf(changes)];
  };

  test.each([
    [
      'another one is replaced, and its service restarted',
      '1:2.2.8-1',
      ['update package:keepalived', 'restart'],
    ],
    ['that very one stays', '1:2.2.7-1', ['none']],
    ['any stays where none is pinned', undefined, ['none']],
  ])('%s', (_, pinned, expected) => {
    expect(actions(pinned)).toEqual(expected);
  });

  test('does not restart another service', () => {
    const haproxy = { ...old, name: 'haproxy', runs: 'haproxy' };
    const changes = diff(wanted({ ...haproxy, pinned: '2' }, RUNNING), seen(haproxy, RUNNING));
    expect(serviceActionOf(changes)).toBe('none');
  });
});
