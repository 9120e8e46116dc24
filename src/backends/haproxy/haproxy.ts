import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
import type { FileResource, Resource } from '../../domain/resource.ts';
import type { Renderer } from '../../render/render.ts';
import { PACKAGE, PATHS, REDIRECT_PACKAGE, SERVICE, UNUSED_SERVICE } from './layout.ts';
import { viewsOf, type HaproxyViews } from './views.ts';

/** What a host needs to spread what reaches the VIP over all API servers. The same wishes give the same bytes. */
export function haproxyResources(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  { renderer, version }: { readonly renderer: Renderer<HaproxyViews>; readonly version: string | undefined },
): readonly Resource[] {
  const views = viewsOf(router, endpoint, version);
  return [
    { kind: 'directory', path: PATHS.directory, mode: 0o755, owner: 'root', group: 'root' },
    file(PATHS.unit, renderer.render('haproxy.service', views['haproxy.service']), 'daemon-reload'),
    { kind: 'package', name: PACKAGE, unused: UNUSED_SERVICE },
    { kind: 'package', name: REDIRECT_PACKAGE },
    file(PATHS.conf, renderer.render('haproxy.cfg', views['haproxy.cfg']), 'reload-balancer'),
    file(PATHS.redirect, renderer.render('redirect.nft', views['redirect.nft']), 'reload-balancer'),
    { kind: 'service', name: SERVICE, enabled: true, running: true, role: 'balancer' },
  ];
}

/** All may read them: haproxy itself is not root, and nothing in them is secret. */
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
