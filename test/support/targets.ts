import { parseHostName, parseUserName } from '../../src/domain/names.ts';
import { userInfo } from 'node:os';
import type { Target, UnsaidField } from '../../src/domain/target.ts';

/** A target on this machine; known_hosts files must be named, so that no test ever writes to the user's own. */
export function testTarget(
  properties: Partial<Omit<Target, 'host' | 'user'>> & {
    readonly knownHostsFiles: readonly string[];
    readonly host?: string;
    readonly user?: string;
  },
): Target {
  const host = parseHostName(properties.host ?? 'lb1');
  const user = parseUserName(properties.user ?? 'root');
  if (!host.ok || !user.ok) throw new Error('a test target needs a valid host and user');
  return {
    connection: 'ssh',
    client: 'auto',
    address: '127.0.0.1',
    port: 22,
    identityFiles: [],
    become: { method: 'sudo' },
    forwardAgent: false,
    strictHostKeyChecking: 'yes',
    ...properties,
    host: host.value,
    user: user.value,
  };
}

/** A target of which an inventory says nothing but its address. */
export function unsaidTarget(properties: Partial<Omit<Target, 'host' | 'user'>> = {}): Target {
  return testTarget({
    user: userInfo().username,
    address: 'cp1',
    strictHostKeyChecking: 'ask',
    knownHostsFiles: [],
    unsaid: EVERYTHING,
    ...properties,
  });
}

const EVERYTHING: readonly UnsaidField[] = ['user', 'port', 'strictHostKeyChecking', 'forwardAgent', 'route'];
