import { describe, expect, test } from 'vitest';
import { knownFaults } from '../../../../src/backends/keepalived/faults.ts';
import { confText } from '../../../support/cluster.ts';

function idsOf(version: string, packaged = version, conf = confText()): readonly string[] {
  return knownFaults(version, packaged, conf).hurting.map(({ id }) => id);
}

describe('what is known to be wrong with keepalived', () => {
  test.each<readonly [string, string, string, readonly string[]]>([
    ['Debian 11, whose package has one of them mended', '2.1.5', '1:2.1.5-0.2+deb11u1', ['reload-crash']],
    ['Debian 11 before that', '2.1.5', '1:2.1.5-0.2', ['CVE-2021-44225', 'reload-crash']],
    ['RHEL 8, likewise', '2.1.5', '2.1.5-9.el8', ['reload-crash']],
    ['Ubuntu 22.04', '2.2.4', '1:2.2.4-0.2build1', ['CVE-2021-44225', 'reload-crash']],
    ['RHEL 9, whose package has one of them mended', '2.2.4', '2.2.4-2.el9', ['reload-crash']],
    ['Debian 12', '2.2.7', '1:2.2.7-1+b2', ['reload-crash']],
    ['Debian 13', '2.3.3', '1:2.3.3-1', []],
    ['the newest', '2.4.3', '2.4.3', []],
    ['one of old', '2.0.6', '2.0.6', ['CVE-2018-19046', 'CVE-2021-44225', 'reload-crash']],
  ])('of %s', (_, version, packaged, expected) => {
    expect(idsOf(version, packaged)).toEqual(expected);
  });

  test.each([
    ['SSL_GET', '2.2.4', ['CVE-2021-44225', 'reload-crash', 'checker-overflow', 'ssl-get-leak']],
    ['SSL_GET', '2.2.7', ['reload-crash', 'checker-overflow', 'ssl-get-failures']],
    [
      'HTTP_GET',
      '2.0.6',
      ['CVE-2018-19115', 'CVE-2018-19046', 'CVE-2021-44225', 'reload-crash', 'checker-overflow'],
    ],
    ['reload_check_config', '2.2.7', ['reload-crash', 'reload-check']],
    ['vrrp_ipsets', '2.2.7', ['reload-crash', 'CVE-2024-41184']],
    ['enable_dbus', '2.3.3', ['reload-dbus']],
  ])('counts what has to do with %s in %s only where it is used', (keyword, version, expected) => {
    expect(idsOf(version, version, `${confText()}\n${keyword} {\n}\n`)).toEqual(expected);
    expect(idsOf(version, version, `${confText()}\n# ${keyword} {\n`)).not.toEqual(expected);
  });

  test('tells what is there and not used from what is not there', () => {
    expect(knownFaults('2.3.3', '1:2.3.3-1', confText()).idle.map(({ id }) => id)).toEqual([
      'checker-overflow',
      'reload-dbus',
    ]);
    expect(knownFaults('2.4.3', '2.4.3', confText())).toEqual({ hurting: [], idle: [] });
    expect(knownFaults('unknown', '', confText())).toEqual({ hurting: [], idle: [] });
  });
});
