/** What the routers of one cluster have in common: hosts that differ in it do not hear each other and are all active. */
export function sharedIdentity(conf: string): string {
  return [
    valueOf(conf, 'vrrp_version'),
    valueOf(conf, 'virtual_router_id'),
    /^\s*unicast_peer\b/m.test(conf),
    ...vipsOf(conf),
  ].join(' ');
}

/**
 * What makes two configurations the same virtual router to keepalived. A reload keeps the VIP only while all of it is
 * unchanged; otherwise the instance is torn down and elected anew (keepalived `vrrp_exist`). The name is not part of it.
 */
export function routerIdentity(conf: string): string {
  // Before 2.3.3 an advert with other addresses is dropped, so a change of VIP elects anew as well.
  const values = ['vrrp_version', 'interface', 'virtual_router_id', 'unicast_src_ip'].map((keyword) =>
    valueOf(conf, keyword),
  );
  return [...values, ...vipsOf(conf)].join(' ');
}

/** The addresses that adverts are sent to, one by one; none with multicast. */
export function peersOf(conf: string): readonly string[] {
  return firstWords(/unicast_peer\s*\{(?<body>[^}]*)\}/.exec(conf)?.groups?.['body'] ?? '');
}

/** The address that adverts are sent from, where it is named. */
export function sourceOf(conf: string): string | undefined {
  return valueOf(conf, 'unicast_src_ip') || undefined;
}

function valueOf(conf: string, keyword: string): string {
  return new RegExp(`^\\s*${keyword}\\s+(\\S+)`, 'm').exec(conf)?.[1] ?? '';
}

function vipsOf(conf: string): readonly string[] {
  return firstWords(/virtual_ipaddress\s*\{(?<body>[^}]*)\}/.exec(conf)?.groups?.['body'] ?? '');
}

function firstWords(body: string): readonly string[] {
  return body
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/)[0] ?? [])
    .filter((word) => word !== '');
}
