import { mutateScript, probeScript, stdoutOf, type CommandResult, type Probe } from '../domain/command.ts';
import type { FirewallFacts } from '../domain/facts.ts';
import type { Firewall } from './firewall.ts';
import { NETFILTER } from './netfilter-script.ts';
import { openedIn } from './passage.ts';
import { parseRuleset } from './ruleset.ts';

/** The unit that opens at every boot, and again whenever the host's own rules are loaded. */
export const UNIT = 'konvoy-ha-firewall';

/** The services of the system that load rules: what they flush, ours among it, is opened again behind them. */
export const LOADERS = ['nftables', 'ufw', 'netfilter-persistent'].map((name) => `${name}.service`);

/** Everything that packets have to pass by the kernel's own means. */
export function listChains(): Probe {
  return probeScript(NETFILTER, 'list');
}

/** What `listChains` found. */
export function parseChains(result: CommandResult): FirewallFacts {
  const text = stdoutOf(result);
  const isOn = (program: string): boolean => text.split('\n').includes(`#program ${program}`);
  return {
    programs: (['ufw', 'firewalld'] as const).filter(isOn),
    chains: parseRuleset(text),
  };
}

/** The chains of nft and iptables, whoever filled them: ufw, a file of rules, somebody by hand. */
export const NETFILTER_FIREWALL: Firewall = {
  query: listChains,
  parse: (result) => {
    const { chains } = parseChains(result);
    const isKept = stdoutOf(result).split('\n').includes('#kept');
    const isMarked = chains.some(({ ours }) => ours.length > 0);
    // What the next boot would not open is not open.
    if (!isKept) return isMarked ? [] : undefined;
    return openedIn(chains);
  },
  open: (services) => [services.enable(UNIT), services.reloadByUnit(UNIT)],
  close: (services) => [services.stop(UNIT), services.disable(UNIT)],
  restore: (before, services) => {
    if (before !== undefined) return [services.restore(UNIT, { enabled: true, running: true }, 'by-unit')];
    // First by ourselves: what the unit runs may have gone by then.
    return [
      mutateScript(NETFILTER, 'close'),
      services.restore(UNIT, { enabled: false, running: false }, 'by-unit'),
    ];
  },
};
