import { list, value, type FieldTable } from '../../render/fields.ts';
import type { IpvsViews } from './views.ts';

/** Every field that a template of IPVS's can use. */
export const IPVS_FIELDS: { readonly [Name in keyof IpvsViews]: FieldTable<IpvsViews[Name]> } = {
  'masquerade.nft': {
    table: value('name of the table of nftables'),
    matches: list('which packets ipvs has sent to an API server, one match for each VIP'),
  },
  'ipvs.service': {
    masquerade: value('path of the rules that masquerade these packets'),
    table: value('name of the table that these rules make'),
  },
  'server.sh': {
    servers: value('address:port of every API server, with spaces between them, quoted as one word'),
    urlPath: value('what is asked of an API server, quoted'),
    timeoutSeconds: value('seconds after which a silent API server is dead'),
  },
  'modules.conf': { modules: list('modules to load at boot') },
  'sysctl.conf': { settings: list('settings of the kernel, as sysctl.d(5) writes them') },
};
