import { Resources } from './resources.ts';
import { sshHome, type SshHome } from './ssh-home.ts';
import { SshServer, type SshServerOptions } from './ssh-server.ts';

/** A user with a home and any number of servers that know the user and that the user knows. */
export interface SshLab extends AsyncDisposable {
  readonly home: SshHome;
  start(options?: Partial<SshServerOptions>): Promise<SshServer>;
}

export async function sshLab(): Promise<SshLab> {
  const resources = new Resources();
  const home = resources.use(await sshHome());
  return {
    home,
    async start(options = {}) {
      const server = resources.use(await SshServer.start({ authorized: [home.key], ...options }));
      for (const hostKey of server.hostKeys) await home.trust(server.port, hostKey);
      return server;
    },
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}
