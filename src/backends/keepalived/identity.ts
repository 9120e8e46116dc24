/** What the routers of one cluster have in common: hosts that differ in it do not hear each other and are all active. */
export function sharedIdentity(conf: string): string {
  return [
    valueOf(conf, 'vrrp_version'),
    valueOf(conf, 'virtual_router_id'),
    isUnicast(conf),
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

/** Who has to hear whom by a configuration, and on which way. */
export function audienceOf(conf: string): string {
  return [interfaceOf(conf), isUnicast(conf), sourceOf(conf) ?? '', ...peersOf(conf).toSorted()].join(' ');
}

/** The interface that adverts go out by; empty where there is none. */
export function interfaceOf(conf: string): string {
  return valueOf(conf, 'interface');
}

/** Whether adverts are sent to the peers one by one. */
export function isUnicast(conf: string): boolean {
  return /^\s*unicast_peer\b/m.test(conf);
}

/** The addresses that adverts are sent to, one by one; none with multicast. */
export function peersOf(conf: string): readonly string[] {
  return firstWords(/unicast_peer\s*\{(?<body>[^}]*)\}/.exec(conf)?.groups?.['body'] ?? '');
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
  const vips = firstWords(/virtual_ipaddress\s*\{(?<body>[^}]*)\}/.exec(conf)?.groups?.['body'] ?? '');
  const excluded = /virtual_ipaddress_excluded\s*\{(?<body>[^}]*)\}/.exec(conf)?.groups?.['body'] ?? '';
  return { vips, excluded: firstWords(excluded) };
}

function valueOf(conf: string, keyword: string): string {
  return new RegExp(`^\\s*${keyword}\\s+(\\S+)`, 'm').exec(conf)?.[1] ?? '';
}

function firstWords(body: string): readonly string[] {
  return body
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/)[0] ?? [])
    .filter((word) => word !== '');
}
