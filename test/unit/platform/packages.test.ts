import { describe, expect, test } from 'vitest';
import type { OsFacts, PackageOffer } from '../../../src/domain/facts.ts';
import { APT } from '../../../src/platform/packages.ts';
import { detectPlatform, PLATFORMS, SUPPORTED } from '../../../src/platform/platform.ts';
import { complained, said } from '../../support/command-results.ts';

describe('dpkg-query', () => {
  // ${db:Status-Abbrev} is three characters: wanted, status, and an error flag or a space (dpkg-query(1)).
  test.each<readonly [string, string, string | undefined]>([
    ['the version of what is installed (Debian 12)', 'ii 1:2.2.7-1+b2', '1:2.2.7-1+b2'],
    ['the version of what is held back', 'hi 1:2.2.7-1+b2', '1:2.2.7-1+b2'],
    ['the version of what is installed and has to be installed again', 'iiR1:2.2.7-1+b2', '1:2.2.7-1+b2'],
    ['nothing for what was removed and left its configuration', 'rc 1:2.2.7-1+b2', undefined],
    ['nothing for what is unpacked only, as after a broken installation', 'iU 1:2.2.7-1+b2', undefined],
    ['nothing for what could not be configured', 'iF 1:2.2.7-1+b2', undefined],
    ['nothing for what dpkg merely knows of', 'un ', undefined],
  ])('gives %s', (_, text, version) => {
    expect(APT.parseQuery(said(text))).toBe(version);
  });

  test('gives nothing for what dpkg has never heard of', () => {
    expect(
      APT.parseQuery(complained('dpkg-query: no packages found matching keepalived', 1)),
    ).toBeUndefined();
  });

  test('is asked about one package', () => {
    expect(APT.query('keepalived')).toEqual({
      effect: 'none',
      argv: ['dpkg-query', '-W', '-f', '${db:Status-Abbrev}${Version}', 'keepalived'],
    });
  });
});

describe('apt', () => {
  test.each([
    ['install', APT.install('keepalived')],
    ['remove', APT.remove('keepalived')],
  ])('is given the name of what to %s as a parameter, never in its script', (_, { effect, argv }) => {
    expect(effect).toBe('change');
    expect(argv.slice(-2)).toEqual(['konvoy-ha', 'keepalived']);
    expect(argv[2]).not.toContain('keepalived');
  });

  // `apt-cache policy` of Debian 12; the addresses of the mirrors are others.
  test.each<readonly [string, readonly string[], PackageOffer]>([
    [
      'several versions, one of them installed',
      [
        'keepalived:',
        '  Installed: 1:2.2.7-1+b2',
        '  Candidate: 1:2.2.8-1~bpo12+1',
        '  Version table:',
        '     1:2.2.8-1~bpo12+1 500',
        '        500 http://mirror/debian bookworm-backports/main amd64 Packages',
        ' *** 1:2.2.7-1+b2 100',
        '        100 /var/lib/dpkg/status',
      ],
      { candidate: '1:2.2.8-1~bpo12+1', versions: ['1:2.2.8-1~bpo12+1', '1:2.2.7-1+b2'] },
    ],
    [
      'one that nobody may install',
      ['keepalived:', '  Installed: (none)', '  Candidate: (none)', '  Version table:', '     1:2.2.7-1 -1'],
      { versions: ['1:2.2.7-1'] },
    ],
    ['none', [], { versions: [] }],
  ])('offers %s', (_, lines, expected) => {
    expect(APT.parseOffers(said(lines.map((line) => `${line}\n`).join('')))).toEqual(expected);
  });

  test('says how to install something by hand', () => {
    expect(APT.installByHand('curl')).toBe('apt-get install curl');
  });
});

describe('the platform', () => {
  const debian: OsFacts = {
    id: 'debian',
    idLike: [],
    versionId: '12',
    prettyName: 'Debian 12',
    initSystem: 'systemd',
  };

  test.each<readonly [string, OsFacts, string | undefined]>([
    ['Debian', debian, 'Debian'],
    ['Ubuntu', { ...debian, id: 'ubuntu', idLike: ['debian'] }, 'Debian'],
    ['a distribution that is like Ubuntu', { ...debian, id: 'pop', idLike: ['ubuntu', 'debian'] }, 'Debian'],
    ['no Debian with another init system', { ...debian, initSystem: 'openrc' }, undefined],
    ['no Debian of which nobody knows what runs it', { ...debian, initSystem: 'unknown' }, undefined],
    ['no Rocky', { ...debian, id: 'rocky', idLike: ['rhel', 'centos', 'fedora'] }, undefined],
    ['no Alpine', { ...debian, id: 'alpine', initSystem: 'openrc' }, undefined],
  ])('is found for %s', (_, os, name) => {
    expect(detectPlatform(os)?.name).toBe(name);
  });

  test('list is what the words about it say', () => {
    expect(PLATFORMS.flatMap(({ ids }) => ids)).toEqual(['debian', 'ubuntu']);
    expect(SUPPORTED).toBe('Debian and Ubuntu with systemd');
  });
});
