import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
import type { FileResource, Resource } from '../../domain/resource.ts';
import type { Renderer } from '../../render/render.ts';
import { effectOf, MODULES, PACKAGE, PATHS, SERVICE, SYSCTLS } from './layout.ts';
import { viewsOf, type IpvsViews } from './views.ts';

/** What a host needs besides keepalived for its kernel to spread what reaches the VIP. The same wishes give the same bytes. */
export function ipvsResources(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  renderer: Renderer<IpvsViews>,
): readonly Resource[] {
  const views = viewsOf(router, endpoint);
  return [
    { kind: 'directory', path: PATHS.directory, mode: 0o755, owner: 'root', group: 'root' },
    file(PATHS.server, renderer.render('server.sh', views['server.sh']), 0o755),
    file(PATHS.modules, renderer.render('modules.conf', views['modules.conf'])),
    file(PATHS.sysctls, renderer.render('sysctl.conf', views['sysctl.conf'])),
    ...MODULES.map((name): Resource => ({ kind: 'module', name })),
    ...SYSCTLS.map((name): Resource => ({ kind: 'sysctl', name })),
    file(PATHS.unit, renderer.render('ipvs.service', views['ipvs.service'])),
    { kind: 'package', name: PACKAGE },
    file(PATHS.masquerade, renderer.render('masquerade.nft', views['masquerade.nft'])),
    { kind: 'service', name: SERVICE, enabled: true, running: true, role: 'masquerade' },
  ];
}

function file(path: string, content: string, mode = 0o644): FileResource {
  return {
    kind: 'file',
    path,
    content: new TextEncoder().encode(content),
    mode,
    owner: 'root',
    group: 'root',
    effect: effectOf(path) ?? 'none',
  };
}
