import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseClusterName,
  parseHostName,
  parseInterfaceName,
  parseUserName,
} from '../../../src/domain/names.ts';

const PARSERS = [
  ['host', parseHostName],
  ['interface', parseInterfaceName],
  ['cluster', parseClusterName],
  ['user', parseUserName],
] as const;

describe('a host name', () => {
  it.each([
    'cp1',
    '10.0.50.232',
    'fd00::1',
    '::1',
    'fe80::1%eth0',
    '[fd00::1]',
    'k8s_cp-1.example.net',
    'CP1',
    '_x',
    'a'.repeat(253),
  ])('is %j', (name) => {
    expect(parseHostName(name)).toEqual({ ok: true, value: name });
  });

  it.each([
    '',
    '-oProxyCommand=x',
    '.hidden',
    '..',
    '%x',
    ']x',
    'a b',
    'a/b',
    'a\\b',
    'a\nb',
    'a\n',
    "a'b",
    'a"b',
    'a$b',
    'a;b',
    'é',
    'a*',
    'a'.repeat(254),
  ])('is not %j', (name) => {
    expect(parseHostName(name)).toEqual({
      ok: false,
      error: `expected a host name or an address, got ${JSON.stringify(name)}`,
    });
  });
});

describe('the name of an interface', () => {
  it.each([
    'eth0',
    'ens20f0',
    'bond0.40',
    'br-lan',
    'veth1@if2',
    'eth0:1',
    'wlp2s0',
    'vlan_40',
    '0',
    'a'.repeat(15),
  ])('is %j', (name) => {
    expect(parseInterfaceName(name)).toEqual({ ok: true, value: name });
  });

  it.each([
    '',
    '.',
    '..',
    '-i',
    'a/b',
    'a b',
    'eth0\n',
    'eth0}',
    'eth0{',
    'eth!',
    'eth#',
    'a"',
    'a'.repeat(16),
    'ä',
  ])('is not %j', (name) => {
    expect(parseInterfaceName(name).ok).toBe(false);
  });
});

describe('the name of a cluster', () => {
  it.each(['kubernetes', 'konvoy_v1.5.2', 'cluster.yaml', 'a', '0', 'a-b', 'a--b', 'a'.repeat(63)])(
    'is %j',
    (name) => {
      expect(parseClusterName(name)).toEqual({ ok: true, value: name });
    },
  );

  it.each(['', '.', '..', '.a', 'a.', '-a', 'a-', '_a', 'A', 'a/b', '../a', 'a b', 'a\n', 'a'.repeat(64)])(
    'is not %j',
    (name) => {
      expect(parseClusterName(name).ok).toBe(false);
    },
  );
});

describe('the name of a user', () => {
  it.each(['root', 'centos', '_apt', 'Admin', 'first.last', 'a-b', 'machine$', 'a'.repeat(32)])(
    'is %j',
    (name) => {
      expect(parseUserName(name)).toEqual({ ok: true, value: name });
    },
  );

  it.each(['', '-l', '0', '1a', 'a b', 'a:b', 'a@b', 'a/b', 'a$b', 'root\n', 'é', 'a'.repeat(33)])(
    'is not %j',
    (name) => {
      expect(parseUserName(name).ok).toBe(false);
    },
  );
});

describe.each(PARSERS)('a name of a %s', (_, parse) => {
  it.each([undefined, null, 42, true, {}, ['cp1']])('is never %j', (input) => {
    expect(parse(input).ok).toBe(false);
  });

  it('holds nothing that a shell, a path or a configuration file could take for something else', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: fc.constantFrom(...Array.from('a0-._:@%[]$ /\\\n\'"`;|&<>(){}!#*?~=')) }),
    );
    fc.assert(
      fc.property(text, (input) => {
        const name = parse(input);
        if (!name.ok) return;
        expect(name.value).toBe(input);
        expect(input).not.toMatch(/^[-.]|[\s/\\'"`;|&<>(){}!#*?~=]|[^\x20-\x7E]/);
      }),
      { numRuns: 2000 },
    );
  });
});
