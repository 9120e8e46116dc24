import { KonvoyError } from '../domain/error.ts';
import { expandProxyCommand } from '../domain/proxy-command.ts';
import type { Target } from '../domain/target.ts';

/** A target's ProxyCommand as a shell gets it; throws when a name in it could mean something to a shell. */
export function expandedProxyCommand(target: Target & { readonly proxyCommand: string }): string {
  const { host, address, port, user, settings, proxyCommand } = target;
  const tokens = { address, port, user, name: settings?.alias ?? address };
  const command = expandProxyCommand(proxyCommand, tokens);
  if (command.ok) return command.value;
  throw new KonvoyError(`${host}: its ProxyCommand cannot be used: ${command.error}`, {
    code: 'connect-failed',
    host,
  });
}
