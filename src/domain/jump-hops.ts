import { parseConnectAddress, parsePort } from './connect-address.ts';
import { parseHostName, parseUserName, type HostName, type UserName } from './names.ts';
import { err, ok, type Result } from './result.ts';
import type { Target, UnsaidField } from './target.ts';

/** One host of a ProxyJump. */
export interface JumpHop {
  readonly host: HostName;
  readonly address: string;
  readonly port?: number;
  readonly user?: UserName;
}

/** The hosts of a ProxyJump, the first to go to first; `none` is an empty list. */
export function parseJumpHops(text: string): Result<readonly JumpHop[], string> {
  if (/^none$/i.test(text)) return ok([]);
  const hops: JumpHop[] = [];
  for (const word of text.split(',')) {
    const hop = parseHop(word);
    if (!hop.ok) return hop;
    hops.push(hop.value);
  }
  const places = new Set(hops.map(({ address, port }) => `${address} ${port ?? 22}`));
  if (places.size < hops.length) return err('expected no host twice on the way');
  return hops.length > MOST_HOPS ? err(`expected at most ${MOST_HOPS} hosts on the way`) : ok(hops);
}

/** `[user@]host[:port]`, also as a URI; an IPv6 address with a port is in brackets. */
function parseHop(text: string): Result<JumpHop, string> {
  const parts =
    /^(?:ssh:\/\/)?(?:(?<user>[^@]+)@)?(?:\[(?<v6>[^\]]+)\]|(?<name>[^:[\]]+|[0-9A-Fa-f:.]+))(?::(?<port>\d+))?\/?$/;
  const { user, v6, name, port } = parts.exec(text)?.groups ?? {};
  const place = v6 ?? name;
  if (place === undefined) return err(`expected [user@]host[:port], got ${JSON.stringify(text)}`);
  const address = parseConnectAddress(place);
  const host = parseHostName(place);
  const parsedUser = user === undefined ? undefined : parseUserName(user);
  const parsedPort = port === undefined ? undefined : parsePort(port);
  for (const part of [address, host, parsedUser, parsedPort]) if (part?.ok === false) return part;
  if (!address.ok || !host.ok) return err('');
  return ok({
    host: host.value,
    address: address.value,
    ...(parsedPort?.ok === true && { port: parsedPort.value }),
    ...(parsedUser?.ok === true && { user: parsedUser.value }),
  });
}

/**
 * The way through hosts, as the target to go to last. As in ssh, nothing that is said of `target` itself holds for them but its
 * client and its configuration file.
 */
export function jumpTargets(hops: readonly JumpHop[], target: Target, ownUser: UserName): Target | undefined {
  return hops.reduce<Target | undefined>((before, hop) => {
    const { client, settings } = target;
    const { configFile } = settings ?? {};
    return {
      host: hop.host,
      connection: 'ssh',
      client,
      address: hop.address,
      port: hop.port ?? 22,
      user: hop.user ?? ownUser,
      identityFiles: [],
      become: { method: 'sudo' },
      knownHostsFiles: [],
      strictHostKeyChecking: 'ask',
      forwardAgent: false,
      ...(configFile !== undefined && { settings: { configFile } }),
      ...(before !== undefined && { jump: before }),
      unsaid: unsaidOf(hop, before),
    };
  }, undefined);
}

function unsaidOf(hop: JumpHop, before: Target | undefined): readonly UnsaidField[] {
  const isSaid: Partial<Record<UnsaidField, boolean>> = {
    user: hop.user !== undefined,
    port: hop.port !== undefined,
    route: before !== undefined,
  };
  const fields: readonly UnsaidField[] = ['user', 'port', 'strictHostKeyChecking', 'forwardAgent', 'route'];
  return fields.filter((field) => isSaid[field] !== true);
}

/** A longer way is a mistake, such as hosts that go through each other. */
export const MOST_HOPS = 8;
