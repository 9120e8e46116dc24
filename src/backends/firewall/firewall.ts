import { familyOf } from '../../domain/address.ts';
import type { FirewallFacts } from '../../domain/facts.ts';
import { vipsOf, type KeepalivedEndpoint } from '../../domain/intent.ts';
import { connectFrom, connectTo, hear, tell, type OpeningRule } from '../../domain/opening.ts';
import type { HostRouter } from '../../domain/plan.ts';
import type { FileResource, Resource } from '../../domain/resource.ts';
import { closedTo } from '../../platform/passage.ts';
import type { Renderer } from '../../render/render.ts';
import { PATHS } from './layout.ts';
import { viewsOf, type FirewallViews } from './views.ts';

/** What a host needs where its firewall would keep the routers, or whoever asks for the API, from it: nothing elsewhere. */
export function firewallResources(
  rules: readonly OpeningRule[],
  renderer: Renderer<FirewallViews>,
): readonly Resource[] {
  if (rules.length === 0) return [];
  const views = viewsOf(rules);
  return [
    { kind: 'directory', path: PATHS.directory, mode: 0o755, owner: 'root', group: 'root' },
    file(PATHS.unit, renderer.render('firewall.service', views['firewall.service']), 'daemon-reload'),
    file(PATHS.script, renderer.render('firewall.sh', views['firewall.sh']), 'none'),
    { kind: 'opening', name: 'netfilter', rules },
  ];
}

/** The rules that a host's own chains make necessary, sorted. */
export function missingPassages(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  how: { readonly facts: FirewallFacts; readonly ports: readonly number[] },
): readonly OpeningRule[] {
  const asked = [...routerPassages(router, endpoint), ...apiPassages(router, endpoint, how.ports)];
  return [...new Set(asked)].filter((rule) => closedTo(rule, how.facts.chains).length > 0).toSorted();
}

/** How the routers hear each other: by their addresses, or by the group of RFC 9568, section 5.1.2.2. */
export function routerPassages(
  { source, peers }: Pick<HostRouter, 'source' | 'peers'>,
  { settings }: KeepalivedEndpoint,
): readonly OpeningRule[] {
  if (peers.length === 0) return [];
  if (settings.mode === 'unicast') return [...peers.map(hear), ...peers.map(tell)];
  // Over IPv6 an advert to the group comes from the link-local address of its interface.
  return familyOf(source) === 6
    ? [hear('fe80::/10'), tell('ff02::12')]
    : [...peers.map(hear), tell('224.0.0.18')];
}

/** The peers ask each other's API server whether it is there, and the VIP is there to be asked. */
function apiPassages(
  { peers }: HostRouter,
  endpoint: KeepalivedEndpoint,
  ports: readonly number[],
): readonly OpeningRule[] {
  return [
    ...peers.map((peer) => connectFrom(peer, endpoint.port)),
    ...vipsOf(endpoint).flatMap((vip) => ports.map((port) => connectTo(vip, port))),
  ];
}

function file(path: string, content: string, effect: FileResource['effect']): FileResource {
  return {
    kind: 'file',
    path,
    content: new TextEncoder().encode(content),
    mode: 0o644,
    owner: 'root',
    group: 'root',
    effect,
  };
}
