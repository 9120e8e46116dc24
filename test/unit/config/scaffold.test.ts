import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseIpAddress } from '../../../src/domain/address.ts';
import { parseHostName, parseUserName, type HostName, type UserName } from '../../../src/domain/names.ts';
import { inventoryTemplate, type NewInventory } from '../../../src/config/scaffold.ts';
import { complaintsAbout, intentOf } from './read.ts';

const endpoint = { host: '192.0.2.10', port: 6443 };

function load(inventory: NewInventory): ReturnType<typeof intentOf> {
  const text = inventoryTemplate(inventory);
  expect(complaintsAbout(text)).toEqual([]);
  return intentOf(text);
}

it('a fresh inventory says what it was made of', () => {
  const hosts = [
    { name: 'cp1' as HostName, address: '192.0.2.11' },
    { name: '192.0.2.12' as HostName },
    { name: 'fd00::13' as HostName },
  ];
  const intent = load({ hosts, endpoint, user: 'centos' as UserName, privateKey: '~/.ssh/cluster.pem' });
  expect(intent.endpoint).toMatchObject({ kind: 'keepalived', vip: '192.0.2.10', port: 6443 });
  expect(intent.hosts.map(({ target }) => [target.host, target.address])).toEqual([
    ['cp1', '192.0.2.11'],
    ['192.0.2.12', '192.0.2.12'],
    ['fd00::13', 'fd00::13'],
  ]);
  expect(intent.hosts[0]?.target).toMatchObject({
    user: 'centos',
    identityFiles: ['/home/ops/.ssh/cluster.pem'],
  });
});

it('a fresh inventory without user and key leaves them to ssh', () => {
  const intent = load({ hosts: [{ name: 'cp1' as HostName }], endpoint });
  expect(intent.hosts[0]?.target).toMatchObject({ user: 'ops', identityFiles: [] });
});

it('a fresh inventory reads as it is meant for every name of a host', () => {
  const name = fc
    .stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/)
    .filter((text) => parseHostName(text).ok && !parseIpAddress(text).ok);
  fc.assert(
    fc.property(name, (text) => {
      const inventory = inventoryTemplate({
        hosts: [{ name: text as HostName, address: '192.0.2.11' }],
        endpoint,
      });
      expect(intentOf(inventory).hosts.map((host) => host.name)).toEqual([text]);
    }),
  );
});

it('a fresh inventory keeps the path of a key whatever letters are in it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (path) => {
      const inventory = inventoryTemplate({
        hosts: [{ name: 'cp1' as HostName }],
        endpoint,
        privateKey: `/keys/x${path.replaceAll(/["'`$%\\{}/\p{Cc}]/gu, '_')}`,
      });
      const [file] = intentOf(inventory).hosts[0]?.target.identityFiles ?? [];
      expect(file).toBe(`/keys/x${path.replaceAll(/["'`$%\\{}/\p{Cc}]/gu, '_')}`);
    }),
  );
});

it('a fresh inventory reads as it is meant for every name of a user', () => {
  const user = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,30}$/).filter((text) => parseUserName(text).ok);
  fc.assert(
    fc.property(user, (text) => {
      const inventory = inventoryTemplate({
        hosts: [{ name: 'cp1' as HostName }],
        endpoint,
        user: text as UserName,
      });
      expect(intentOf(inventory).hosts[0]?.target.user).toBe(text);
    }),
  );
});
