import { isDebian } from './packages.ts';

/** What there is to see of a container engine before anything is started. */
export interface EngineSight {
  readonly platform: string;
  /** The server answered the client. */
  readonly answers: boolean;
  readonly clientInstalled: boolean;
  /** `DOCKER_HOST`, if set: somebody else's engine, which is never started from here. */
  readonly dockerHost: string | undefined;
  readonly daemonInstalled: boolean;
  /** systemd runs this machine and owns its services. */
  readonly systemd: boolean;
  readonly root: boolean;
  /** `ID` and `ID_LIKE` of os-release. */
  readonly distributions: readonly string[];
}

/** How to come by a container engine. */
export type EngineDecision =
  | { readonly kind: 'use' }
  | { readonly kind: 'start-unit' }
  | { readonly kind: 'start-daemon' }
  | { readonly kind: 'install' }
  | { readonly kind: 'refuse'; readonly reason: string; readonly hint: string };

/** Decides how to come by an engine: one that answers is used, one that sleeps is woken, one that lacks is installed. */
export function decideEngine(sight: EngineSight): EngineDecision {
  if (sight.platform !== 'linux') {
    return refuse(
      'the lab needs the network of a linux machine',
      'run it on linux or in a linux virtual machine',
    );
  }
  if (sight.answers) return { kind: 'use' };
  if (sight.dockerHost !== undefined) {
    return refuse(
      `the container engine at ${sight.dockerHost} does not answer`,
      'unset DOCKER_HOST or start that engine',
    );
  }
  if (sight.daemonInstalled && sight.clientInstalled) return decideStart(sight);
  if (!isDebian(sight.distributions)) {
    return refuse('no container engine found', 'install docker, start it and try again');
  }
  return sight.root
    ? { kind: 'install' }
    : refuse('no container engine found', `${installCommand} (as root)`);
}

function decideStart(sight: EngineSight): EngineDecision {
  if (!sight.root) {
    return refuse(
      'the container engine does not answer',
      'start it as root, and be a member of the group docker: systemctl start docker; usermod -aG docker "$USER"',
    );
  }
  return { kind: sight.systemd ? 'start-unit' : 'start-daemon' };
}

function refuse(reason: string, hint: string): EngineDecision {
  return { kind: 'refuse', reason, hint };
}

const installCommand = 'apt-get update && apt-get install docker.io mmdebstrap';
