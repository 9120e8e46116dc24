import type { KeepalivedEndpoint } from '../../domain/intent.ts';
import type { HostRouter } from '../../domain/plan.ts';
import type { FileResource, Resource } from '../../domain/resource.ts';
import type { Renderer } from '../../render/render.ts';
import { PACKAGE, PATHS, SCRIPT_USER, SERVICE } from './layout.ts';
import { viewsOf, type Balancing, type KeepalivedViews } from './views.ts';

export interface KeepalivedOptions {
  readonly renderer: Renderer<KeepalivedViews>;
  readonly balancing: Balancing;
  /** The version of the package; undefined: whichever is there. */
  readonly pinned: string | undefined;
}

/** What a host needs to be one router of the virtual router. The same wishes give the same bytes. */
export function keepalivedResources(
  router: HostRouter,
  endpoint: KeepalivedEndpoint,
  { renderer, balancing, pinned }: KeepalivedOptions,
): readonly Resource[] {
  const views = viewsOf(router, endpoint, balancing);
  return [
    { kind: 'user', name: SCRIPT_USER },
    directory(PATHS.scripts),
    file(PATHS.live, renderer.render('live.sh', views['live.sh']), { mode: 0o755, effect: 'none' }),
    file(PATHS.ready, renderer.render('ready.sh', views['ready.sh']), { mode: 0o755, effect: 'none' }),
    file(PATHS.notify, renderer.render('notify.sh', views['notify.sh']), { mode: 0o755, effect: 'none' }),
    directory(PATHS.dropInDirectory),
    file(PATHS.dropIn, renderer.render('drop-in.conf', views['drop-in.conf']), {
      mode: 0o644,
      effect: 'daemon-reload',
    }),
    { kind: 'package', name: PACKAGE, runs: SERVICE, ...(pinned === undefined ? {} : { pinned }) },
    file(PATHS.conf, renderer.render('keepalived.conf', views['keepalived.conf']), {
      mode: 0o640,
      effect: 'reload',
    }),
    { kind: 'service', name: SERVICE, enabled: true, running: true },
  ];
}

function directory(path: string): Resource {
  return { kind: 'directory', path, mode: 0o755, owner: 'root', group: 'root' };
}

function file(path: string, text: string, how: Pick<FileResource, 'mode' | 'effect'>): Resource {
  return {
    kind: 'file',
    path,
    content: new TextEncoder().encode(text),
    owner: 'root',
    group: 'root',
    ...how,
  };
}
