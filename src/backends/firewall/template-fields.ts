import { value, type FieldTable } from '../../render/fields.ts';
import type { FirewallViews } from './views.ts';

/** Every field that a template of the firewall's can use. */
export const FIREWALL_FIELDS: { readonly [Name in keyof FirewallViews]: FieldTable<FirewallViews[Name]> } = {
  'firewall.sh': {
    rules: value('what is to be let through, a quoted shell word for each rule'),
    program: value('the program that opens, closes and lists the rules in its parameters'),
  },
  'firewall.service': {
    loaders: value('units that load rules of the host, and flush ours when they do'),
    before: value('the unit that needs the rules'),
    script: value('path of the script'),
  },
};
