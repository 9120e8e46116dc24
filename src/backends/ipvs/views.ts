import { formatEndpoint } from '../../domain/address.ts';
import { shellWord, type ShellWord } from '../../domain/command.ts';
import { vipsOf, type KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
import { MODULES, PATHS, SYSCTLS, TABLE } from './layout.ts';

/** What each template needs, complete and formatted: no field is optional. */
export interface IpvsViews {
  readonly 'masquerade.nft': MasqueradeView;
  readonly 'ipvs.service': UnitView;
  readonly 'server.sh': ServerScriptView;
  readonly 'modules.conf': ModulesView;
  readonly 'sysctl.conf': SysctlView;
}

export interface ModulesView {
  readonly modules: readonly string[];
}

export interface SysctlView {
  readonly settings: readonly string[];
}

export interface MasqueradeView {
  readonly table: string;
  /** One for every VIP: which packets. */
  readonly matches: readonly string[];
}

export interface UnitView {
  readonly masquerade: string;
  readonly table: string;
}

export interface ServerScriptView {
  readonly servers: ShellWord;
  readonly urlPath: ShellWord;
  readonly timeoutSeconds: string;
}

/** The views of all templates; on every host the same. */
export function viewsOf(router: HostRouter, endpoint: KeepalivedEndpoint): IpvsViews {
  const { port, settings } = endpoint;
  const servers = serversOf(router).map((host) => formatEndpoint({ host, port }));
  return {
    'masquerade.nft': {
      table: TABLE,
      // Only what IPVS has sent elsewhere: what goes to the VIP itself keeps its source.
      matches: vipsOf(endpoint).map(
        (vip) =>
          `ip protocol tcp ct original ip daddr ${vip} ct original proto-dst ${port} ip daddr != ${vip}`,
      ),
    },
    'ipvs.service': { masquerade: PATHS.masquerade, table: TABLE },
    'server.sh': {
      servers: shellWord(servers.join(' ')),
      urlPath: shellWord(settings.healthCheck.path),
      timeoutSeconds: String(settings.healthCheck.timeoutMs / 1000),
    },
    'modules.conf': { modules: MODULES },
    'sysctl.conf': { settings: SYSCTLS.map((name) => `${name} = 1`) },
  };
}

/** Sorted: the order of the inventory must not change a byte of any file. */
function serversOf({ source, peers }: HostRouter): readonly string[] {
  return [source, ...peers].toSorted();
}
