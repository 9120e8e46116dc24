import { describe, expect, test } from 'vitest';
import { keysOf } from '../../../src/backends/backends.ts';
import { KEYS, PATHS } from '../../../src/backends/keepalived/layout.ts';
import type { Generation } from '../../../src/domain/generation.ts';
import { keyOf, type FileResource, type Resource, type Wanted } from '../../../src/domain/resource.ts';
import { wantedAsObserved, wantedBeforeUs, wantedInstead } from '../../../src/plan/assemble.ts';
import { bytes } from '../../support/command-results.ts';
import { appliedCluster, CONF, ENDPOINT, freshHost, SERVICE, withResource } from '../../support/cluster.ts';

const PACKAGE = keyOf('package', 'keepalived');
const HAPROXY = keyOf('file', '/etc/haproxy/haproxy.cfg');

/** What the first apply left on lb1. */
const RECORDED: Generation = recorded();

function recorded(): Generation {
  const latest = appliedCluster()[0]?.recorded.latest;
  if (latest === undefined) throw new Error('nothing was recorded');
  return latest;
}

function file(path: string, text: string): FileResource {
  const rest = { mode: 0o644, owner: 'root', group: 'root', effect: 'none' as const };
  return { kind: 'file', path, content: bytes(text), ...rest };
}

function kinds(wanted: Wanted): readonly string[] {
  return [...wanted].map(([key, resource]) => (resource === undefined ? `no ${key}` : key));
}

describe('what is wanted instead of a generation', () => {
  test('is the resources alone on a host that has none', () => {
    expect(kinds(wantedInstead([file(PATHS.conf, '')], undefined))).toEqual([CONF]);
  });

  test('is everything of the generation gone when no resource is wanted any more, but for packages', () => {
    const expected = KEYS.filter((key) => !key.startsWith('package:')).map((key) =>
      key === SERVICE ? key : `no ${key}`,
    );
    expect(kinds(wantedInstead([], RECORDED))).toEqual(expected);
    expect(wantedInstead([], RECORDED).get(SERVICE)).toMatchObject({ enabled: false, running: false });
  });

  test('is a file that we do not want any more as it was before us', () => {
    const before = [
      ...RECORDED.before,
      { key: HAPROXY, resource: file('/etc/haproxy/haproxy.cfg', 'theirs') },
    ];
    const wanted = wantedInstead(RECORDED.resources, { ...RECORDED, before });
    expect(wanted.get(HAPROXY)).toEqual(file('/etc/haproxy/haproxy.cfg', 'theirs'));
  });

  test('never speaks of a thing that no generation touched', () => {
    const keys = new Set(RECORDED.before.map(({ key }) => key));
    expect([...wantedInstead([], RECORDED).keys()].filter((key) => !keys.has(key))).toEqual([]);
  });

  test('stands in the order of creation, whatever the order it came in; what we do not know comes last', () => {
    const resources: readonly Resource[] = [
      file('/etc/haproxy/haproxy.cfg', ''),
      ...RECORDED.resources,
    ].toReversed();
    expect([...wantedInstead(resources, RECORDED).keys()]).toEqual([...KEYS, HAPROXY]);
  });
});

describe('a host as it was before us', () => {
  test('keeps the package that we installed: others may have come to need it', () => {
    const wanted = wantedBeforeUs(RECORDED, false);
    expect(wanted.has(PACKAGE)).toBe(false);
    expect(wanted.size).toBe(KEYS.length - 1);
  });

  test('does not when it is purged', () => {
    expect([...wantedBeforeUs(RECORDED, true)]).toContainEqual([PACKAGE, undefined]);
  });

  test('has the package that was there before us, purged or not', () => {
    const version = { kind: 'package' as const, name: 'keepalived', version: '1:2.2.7-1+b2' };
    const before = RECORDED.before.map((entry) =>
      entry.key === PACKAGE ? { key: PACKAGE, resource: version } : entry,
    );
    for (const purge of [true, false]) {
      expect(wantedBeforeUs({ ...RECORDED, before }, purge).get(PACKAGE)).toEqual(version);
    }
  });
});

describe('a host as it was observed', () => {
  test('has what was there, and not what was not, except for packages', () => {
    const { observed } = freshHost('lb1');
    const expected = keysOf(ENDPOINT)
      .filter((key) => key !== PACKAGE)
      .map((key) => (key === SERVICE ? key : `no ${key}`));
    expect(kinds(wantedAsObserved(observed))).toEqual(expected);
  });

  test('has a package that was there', () => {
    const resource = { kind: 'package' as const, name: 'keepalived' };
    const { observed } = withResource(freshHost('lb1'), PACKAGE, { status: 'present', resource });
    expect(wantedAsObserved(observed).get(PACKAGE)).toEqual(resource);
  });

  test('says nothing of an obstacle, which we would not have touched', () => {
    const { observed } = withResource(freshHost('lb1'), CONF, { status: 'obstacle', what: 'symbolic link' });
    expect(wantedAsObserved(observed).has(CONF)).toBe(false);
  });
});

describe('a package', () => {
  const old = { kind: 'package', name: 'keepalived', version: '1:2.2.7-1' } as const;
  const pinnedIn = (wanted: Wanted): string | undefined => {
    const resource = wanted.get(PACKAGE);
    return resource?.kind === 'package' ? resource.pinned : undefined;
  };
  const left = (pinned: string | undefined): Generation => ({
    ...RECORDED,
    resources: [{ ...old, version: '1:2.2.8-1', ...(pinned === undefined ? {} : { pinned }) }],
    before: [{ key: PACKAGE, resource: old }],
  });

  test.each([
    ['goes back to the version of then where we had chosen the one that is there', '1:2.2.8-1', '1:2.2.7-1'],
    ['keeps its version where the host itself had another one installed', undefined, undefined],
  ])('%s', (_, pinned, expected) => {
    expect(pinnedIn(wantedInstead([old], left(pinned)))).toBe(expected);
    expect(pinnedIn(wantedBeforeUs(left(pinned), false))).toBe(expected);
  });

  test('has the version that was observed when a run is undone', () => {
    const observed = new Map([[PACKAGE, { status: 'present', resource: old } as const]]);
    expect(pinnedIn(wantedAsObserved(observed))).toBe('1:2.2.7-1');
  });
});
