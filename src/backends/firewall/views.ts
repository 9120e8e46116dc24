import { shellLine } from '../../domain/command.ts';
import type { OpeningRule } from '../../domain/opening.ts';
import { LOADERS } from '../../platform/netfilter.ts';
import { NETFILTER } from '../../platform/netfilter-script.ts';
import { SERVICE } from '../keepalived/layout.ts';
import { PATHS } from './layout.ts';

/** What each template needs, complete and formatted: no field is optional. */
export interface FirewallViews {
  readonly 'firewall.sh': ScriptView;
  readonly 'firewall.service': UnitView;
}

export interface ScriptView {
  /** Shell words, one for each rule. */
  readonly rules: string;
  readonly program: string;
}

export interface UnitView {
  readonly loaders: string;
  readonly before: string;
  readonly script: string;
}

/** The views of all templates for one host. */
export function viewsOf(rules: readonly OpeningRule[]): FirewallViews {
  return {
    'firewall.sh': { rules: shellLine(rules), program: NETFILTER },
    'firewall.service': {
      loaders: LOADERS.join(' '),
      before: `${SERVICE}.service`,
      script: PATHS.script,
    },
  };
}
