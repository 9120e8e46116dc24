import type { Become } from '../../src/domain/target.ts';
import { Secret } from '../../src/domain/secret.ts';
import type { Session } from '../../src/transport/transport.ts';
import { LoginUser, type LoginUserOptions } from './login-user.ts';
import { Resources } from './resources.ts';
import { sshLab } from './ssh-lab.ts';
import type { SshServer, SshServerOptions } from './ssh-server.ts';

/** A server on which one real user of this machine is logged in, who becomes root by the real sudo or doas. */
export interface BecomeHost extends AsyncDisposable {
  readonly user: LoginUser;
  readonly server: SshServer;
  /** Connects with this password for sudo; `undefined` gives none. */
  connect(password: string | undefined, method?: Become['method']): Promise<Session>;
}

export async function becomeHost(
  options: LoginUserOptions & { readonly server?: Partial<SshServerOptions> } = {},
): Promise<BecomeHost> {
  const resources = new Resources();
  const lab = resources.use(await sshLab());
  const user = LoginUser.create(options);
  const { uid, gid, home } = user;
  const server = await lab.start({ runAs: { uid, gid }, environment: { HOME: home }, ...options.server });
  return {
    user,
    server,
    connect(password, method = 'sudo') {
      const become = { method, ...(password === undefined ? {} : { password: new Secret(password) }) };
      return lab.home.transport().connect(lab.home.target({ port: server.port, user: user.name, become }));
    },
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}
