import { Resources } from './resources.ts';
import { sshHome, type SshHome } from './ssh-home.ts';
import { Sshd, type SshdOptions } from './sshd.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** A user with a home, and any number of real sshds that know the user and that the user knows. */
export interface SshdLab extends AsyncDisposable {
  readonly home: SshHome;
  start(options?: Partial<SshdOptions> & { readonly trustOnly?: number }): Promise<Sshd>;
}

export async function sshdLab(): Promise<SshdLab> {
  const resources = new Resources();
  const home = resources.use(await sshHome());
  return {
    home,
    async start({ trustOnly, ...options } = {}) {
      const { path: directory } = resources.use(await temporaryDirectory());
      const sshd = resources.use(await Sshd.start({ directory, authorized: [home.key], ...options }));
      for (const [place, key] of sshd.hostKeys.entries()) {
        if (trustOnly === undefined || trustOnly === place) await home.trust(sshd.port, key);
      }
      return sshd;
    },
    [Symbol.asyncDispose]: () => resources[Symbol.asyncDispose](),
  };
}
