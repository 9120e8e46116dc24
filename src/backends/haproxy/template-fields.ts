import { flag, list, value, type FieldTable } from '../../render/fields.ts';
import type { HaproxyViews } from './views.ts';

/** Every field that a template of haproxy's can use. */
export const HAPROXY_FIELDS: { readonly [Name in keyof HaproxyViews]: FieldTable<HaproxyViews[Name]> } = {
  'haproxy.cfg': {
    socket: value('path of the administration socket'),
    checkTimeoutMs: value('milliseconds after which a silent API server is not ready'),
    binds: list('what to listen on, one for each family of the VIPs'),
    path: value('what is asked of an API server'),
    sparesUnready: flag(
      'an API server that is not ready keeps the connections that it has; haproxy before 2.4 cannot do that',
    ),
    intervalMs: value('milliseconds from one check to the next'),
    fall: value('failures in a row that make an API server not ready'),
    rise: value('successes in a row that make it ready again'),
    servers: list('name and address:port of every API server, sorted'),
  },
  'redirect.nft': {
    table: value('name of the table of nftables'),
    translations: list('one rule for each VIP: which packets, and where to'),
  },
  'haproxy.service': {
    user: value('account and group that haproxy runs as; its package makes them'),
    runtimeDirectory: value('folder below /run for the administration socket'),
    openFiles: value('how many files haproxy may have open'),
    conf: value('path of its configuration'),
    redirect: value('path of the rules that lead the VIPs to it'),
    table: value('name of the table that these rules make'),
  },
};
