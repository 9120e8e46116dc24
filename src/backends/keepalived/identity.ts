import { allStatements, parseConfiguration, type Statement } from './configuration.ts';
import { parseVrid, type Vrid } from '../../domain/vrrp.ts';

/** What the routers of one cluster have in common: hosts that differ in it do not hear each other and are all active. */
export function sharedIdentity(conf: string): string {
  const lines = linesOf(conf);
  return [
    valueOf(lines, 'vrrp_version'),
    valueOf(lines, 'virtual_router_id'),
    lines.some(({ keyword }) => keyword === 'unicast_peer'),
    ...entriesOf(lines, 'virtual_ipaddress'),
  ].join(' ');
}

/**
 * What makes two configurations the same virtual router: a host that differs in it is not heard by its peers, or is
 * elected anew by its own reload.
 */
export function routerIdentity(conf: string): string {
  const lines = linesOf(conf);
  // Before 2.3.3 an advert with other addresses is dropped.
  return [
    ...instanceWords(lines),
    valueOf(lines, 'vrrp_version'),
    ...entriesOf(lines, 'virtual_ipaddress'),
  ].join(' ');
}

/**
 * What keepalived itself goes by when it reloads (`vrrp_exist`): an active stays active as long as it is unchanged, and
 * otherwise gives the VIP up and is elected anew. The name is not part of it.
 */
export function instanceIdentity(conf: string): string {
  return instanceWords(linesOf(conf)).join(' ');
}

/** Who has to hear whom by a configuration, and on which way. */
export function audienceOf(conf: string): string {
  return [interfaceOf(conf), isUnicast(conf), sourceOf(conf) ?? '', ...peersOf(conf).toSorted()].join(' ');
}

/** The interface that adverts go out by; empty where there is none. */
export function interfaceOf(conf: string): string {
  return valueOf(linesOf(conf), 'interface');
}

/** Whether adverts are sent to the peers one by one. */
export function isUnicast(conf: string): boolean {
  return linesOf(conf).some(({ keyword }) => keyword === 'unicast_peer');
}

/** The addresses that adverts are sent to, one by one; none with multicast. */
export function peersOf(conf: string): readonly string[] {
  return entriesOf(linesOf(conf), 'unicast_peer');
}

/** The address that adverts are sent from, where it is named. */
export function sourceOf(conf: string): string | undefined {
  return valueOf(linesOf(conf), 'unicast_src_ip') || undefined;
}

/** The VRID of its virtual router, when there is a valid one. */
export function vridOf(conf: string): Vrid | undefined {
  const vrid = parseVrid(Number(valueOf(linesOf(conf), 'virtual_router_id')));
  return vrid.ok ? vrid.value : undefined;
}

/** The addresses that a configuration moves, as it writes them; those that adverts do not name apart. */
export function vipsIn(conf: string): {
  readonly vips: readonly string[];
  readonly excluded: readonly string[];
} {
  const lines = linesOf(conf);
  return {
    vips: entriesOf(lines, 'virtual_ipaddress'),
    excluded: entriesOf(lines, 'virtual_ipaddress_excluded'),
  };
}

/** Read once for each question: a plan asks many. */
function linesOf(conf: string): readonly Statement[] {
  return allStatements(parseConfiguration(conf).statements);
}

function instanceWords(lines: readonly Statement[]): readonly string[] {
  return ['interface', 'virtual_router_id', 'unicast_src_ip'].map((keyword) => valueOf(lines, keyword));
}

function valueOf(lines: readonly Statement[], keyword: string): string {
  return lines.find((statement) => statement.keyword === keyword)?.words[0] ?? '';
}

/** The first word of each line in the first block of that keyword. */
function entriesOf(lines: readonly Statement[], keyword: string): readonly string[] {
  const block = lines.find((statement) => statement.keyword === keyword)?.block ?? [];
  return block.map((statement) => statement.keyword);
}
