import { probe, probeScript, stdoutOf } from '../domain/command.ts';
import type { HttpsClient, OsFacts } from '../domain/facts.ts';
import type { Fact } from './fact.ts';

export interface SystemFacts {
  readonly os: OsFacts;
  readonly machineId?: string;
  readonly isRoot: boolean;
  readonly httpsClients: readonly HttpsClient[];
}

/** The operating system and the tools that check scripts rely on. */
export const systemFact: Fact<SystemFacts> = {
  probes: [
    probe('cat', '/etc/os-release'),
    probe('cat', '/etc/machine-id'),
    probe('id', '-u'),
    probeScript('[ -d /run/systemd/system ] && echo systemd; [ -x /sbin/openrc-run ] && echo openrc; true'),
    probeScript(
      'for tool in curl openssl; do command -v "$tool" >/dev/null 2>&1 && echo "$tool"; done; true',
    ),
  ],
  parse: ([release, machineId, uid, init, clients]) => {
    const id = textOf(machineId).trim();
    return {
      os: parseOsRelease(textOf(release), textOf(init)),
      ...(/^[0-9a-f]{32}$/.test(id) ? { machineId: id } : {}),
      isRoot: textOf(uid).trim() === '0',
      httpsClients: textOf(clients)
        .split('\n')
        .filter((tool): tool is HttpsClient => tool === 'curl' || tool === 'openssl'),
    };
  },
};

/** Reads os-release(5) and the first init system that was found running. */
export function parseOsRelease(text: string, init: string): OsFacts {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^(?<key>[A-Z_]+)=(?<value>.*)$/.exec(line)?.groups;
    if (match?.['key'] !== undefined)
      fields.set(match['key'], (match['value'] ?? '').replace(/^(['"])(.*)\1$/, '$2'));
  }
  const first = init.split('\n')[0];
  return {
    id: (fields.get('ID') ?? 'unknown').toLowerCase(),
    idLike: (fields.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    versionId: fields.get('VERSION_ID') ?? '',
    prettyName: fields.get('PRETTY_NAME') ?? fields.get('ID') ?? 'an unknown system',
    initSystem: first === 'systemd' || first === 'openrc' ? first : 'unknown',
  };
}

function textOf(result: Parameters<typeof stdoutOf>[0] | undefined): string {
  return result === undefined ? '' : stdoutOf(result);
}
