import type { OsFacts } from '../domain/facts.ts';
import { APT, type PackageManager } from './packages.ts';
import { SYSTEMD, type ServiceManager } from './systemd.ts';

/** What differs from one operating system to the next. */
export interface Platform {
  readonly name: string;
  /** Values of `ID` and `ID_LIKE` in os-release(5) that mean this platform. */
  readonly ids: readonly string[];
  readonly packages: PackageManager;
  readonly services: ServiceManager;
  readonly serviceManager: OsFacts['initSystem'];
}

/** The platforms that the lab boots and tests, in the order in which they are tried. */
export const PLATFORMS: readonly [Platform, ...Platform[]] = [
  { name: 'Debian', ids: ['debian', 'ubuntu'], packages: APT, services: SYSTEMD, serviceManager: 'systemd' },
];

/** The systems of `PLATFORMS` in words. */
export const SUPPORTED = 'Debian and Ubuntu with systemd';

/** The platform of a host, or `undefined` when konvoy-ha cannot manage it yet; the first match wins. */
export function detectPlatform(os: OsFacts): Platform | undefined {
  return PLATFORMS.find(
    (platform) =>
      platform.serviceManager === os.initSystem &&
      [os.id, ...os.idLike].some((id) => platform.ids.includes(id)),
  );
}
