import { expect, test } from 'vitest';
import { parseKnownHosts } from '../../../src/transport/known-hosts.ts';
import { algorithmsFor, impossibleWishes } from '../../../src/transport/ssh/algorithms.ts';
import { publicWords } from '../../support/ssh-home.ts';
import { makeKey } from '../../support/ssh-keys.ts';

test('the key types that are known of a host are asked for first', () => {
  const lines = parseKnownHosts(`lb1 ${publicWords(makeKey('rsa'))}`, 'known_hosts');
  expect(algorithmsFor(lines).serverHostKey).toEqual([
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
  ]);
});

test('an authority or a revoked key says nothing about the types a host has', () => {
  const ecdsa = publicWords(makeKey('ecdsa'));
  const lines = parseKnownHosts(`@cert-authority * ${ecdsa}\n@revoked * ${ecdsa}`, 'known_hosts');
  expect(lines).toHaveLength(2);
  expect(algorithmsFor(lines)).toEqual(algorithmsFor([]));
});

test('nothing that rests on SHA-1 or CBC is offered', () => {
  const { kex, cipher, hmac, serverHostKey } = algorithmsFor([]);
  const offered = [kex, cipher, hmac, serverHostKey].flat().map(String);
  expect(offered.filter((name) => /sha1|-cbc|md5|^ssh-rsa$|^ssh-dss$/.test(name))).toEqual([]);
});

test.each<[string, readonly string[]]>([
  ['aes256-ctr,3des-cbc,aes128-ctr', ['aes256-ctr', 'aes128-ctr']],
  ['*-gcm@openssh.com', ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com']],
  ['-*-ctr,*gcm*', ['chacha20-poly1305@openssh.com']],
  [
    '^aes256-ctr',
    [
      ...['aes256-ctr', 'aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com'],
      ...['aes128-ctr', 'aes192-ctr'],
    ],
  ],
  ['+3des-cbc', (algorithmsFor([]).cipher ?? []) as readonly string[]],
  ['3des-cbc', []],
])('the wish %s chooses among the ciphers that are offered', (cipher, expected) => {
  expect(algorithmsFor([], { cipher }).cipher).toEqual(expected);
  expect(impossibleWishes({ cipher })).toEqual(expected.length === 0 ? ['Ciphers'] : []);
});

test('a wish that ssh2 cannot fulfil at all is named as in ssh_config', () => {
  expect(
    impossibleWishes({ kex: 'sntrup761x25519-sha512@openssh.com', hostKey: 'ssh-rsa', mac: '-hmac-*' }),
  ).toEqual(['KexAlgorithms', 'HostKeyAlgorithms', 'MACs']);
  expect(impossibleWishes({})).toEqual([]);
});
