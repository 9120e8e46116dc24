import { allStatements, parseConfiguration, type Statement } from './configuration.ts';

/** What the routers of one cluster have in common: hosts that differ in it do not hear each other and are all active. */
export function sharedIdentity(conf: string): string {
  return [
    valueOf(conf, 'vrrp_version'),
    valueOf(conf, 'virtual_router_id'),
    statementIn(conf, 'unicast_peer') !== undefined,
    ...vipsIn(conf).vips,
  ].join(' ');
}

/**
 * What makes two configurations the same virtual router: a host that differs in it is not heard by its peers, or is
 * elected anew by its own reload.
 */
export function routerIdentity(conf: string): string {
  // Before 2.3.3 an advert with other addresses is dropped.
  return [instanceIdentity(conf), valueOf(conf, 'vrrp_version'), ...vipsIn(conf).vips].join(' ');
}

/**
 * What keepalived itself goes by when it reloads (`vrrp_exist`): an active stays active as long as it is unchanged, and
 * otherwise gives the VIP up and is elected anew. The name is not part of it.
 */
export function instanceIdentity(conf: string): string {
  return ['interface', 'virtual_router_id', 'unicast_src_ip']
    .map((keyword) => valueOf(conf, keyword))
    .join(' ');
}

/** The addresses that adverts are sent to, one by one; none with multicast. */
export function peersOf(conf: string): readonly string[] {
  return entriesOf(conf, 'unicast_peer');
}

/** The address that adverts are sent from, where it is named. */
export function sourceOf(conf: string): string | undefined {
  return valueOf(conf, 'unicast_src_ip') || undefined;
}

/** The addresses that a configuration moves, as it writes them; those that adverts do not name apart. */
export function vipsIn(conf: string): {
  readonly vips: readonly string[];
  readonly excluded: readonly string[];
} {
  return {
    vips: entriesOf(conf, 'virtual_ipaddress'),
    excluded: entriesOf(conf, 'virtual_ipaddress_excluded'),
  };
}

function valueOf(conf: string, keyword: string): string {
  return statementIn(conf, keyword)?.words[0] ?? '';
}

/** The first word of each line in the first block of that keyword. */
function entriesOf(conf: string, keyword: string): readonly string[] {
  return (statementIn(conf, keyword)?.block ?? []).map((statement) => statement.keyword);
}

function statementIn(conf: string, keyword: string): Statement | undefined {
  return allStatements(parseConfiguration(conf).statements).find(
    (statement) => statement.keyword === keyword,
  );
}
