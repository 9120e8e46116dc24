import { describe, expect, test } from 'vitest';
import {
  mayConcern,
  parseSshConfigDump,
  pathsIn,
  saidBy,
} from '../../../src/transport/openssh/ssh-config-dump.ts';

test('what ssh -G prints is read line by line, and only what differs from the usual was said', () => {
  const usual = parseSshConfigDump('host x\nport 22\nidentityfile ~/.ssh/id_rsa\nsendenv LANG\n');
  const asked = parseSshConfigDump(
    'host x\nport 2222\nidentityfile ~/.ssh/id_rsa\nidentityfile ~/b c\nProxyCommand nc %h  %p\nuser\n',
  );
  expect([...saidBy(asked, usual)]).toEqual([
    ['port', ['2222']],
    ['identityfile', ['~/.ssh/id_rsa', '~/b c']],
    ['proxycommand', ['nc %h  %p']],
    ['user', ['']],
  ]);
  expect(saidBy(usual, usual).size).toBe(0);
});

test.each([
  ['/a /b', ['/a', '/b']],
  ['/a b /c', ['/a b', '/c']],
  ['~/a ~/b c', ['~/a', '~/b c']],
  ['none', ['none']],
  ['/a none', ['/a', 'none']],
  ['', []],
])('paths without quotes are told apart: %j', (value, paths) => {
  expect(pathsIn(value)).toEqual(paths);
});

describe('an ssh_config that nobody can read here', () => {
  test.each([
    ['Host cp1\n Port 1', true],
    ['Host other cp*\n Port 1', true],
    ['host = "CP1"\n', true],
    ['Host 10.0.*\n', false],
    ['Host *.example.net\n', false],
    ['Host !cp1 other\n', false],
    ['Match all\n', true],
    ['Include conf.d/*\n', true],
    ['# Host cp1\n', false],
    ['', false],
  ])('%j', (config, expected) => {
    expect(mayConcern(config, 'cp1')).toBe(expected);
  });
});
