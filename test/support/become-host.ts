import type { Become } from '../../src/domain/target.ts';
import { Secret } from '../../src/domain/secret.ts';
import { createSshTransport, type SshTransportOptions } from '../../src/transport/ssh/ssh.ts';
import type { Session, Transport } from '../../src/transport/transport.ts';
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

export interface BecomeHostOptions extends LoginUserOptions {
  readonly server?: Partial<SshServerOptions>;
  /** The way to reach it; default is ssh2. */
  readonly transport?: (options: SshTransportOptions) => Transport;
}

export async function becomeHost(options: BecomeHostOptions = {}): Promise<BecomeHost> {
  const resources = new Resources();
  const lab = resources.use(await sshLab());
  const user = LoginUser.create(options);
  const { uid, gid, home } = user;
  const server = await lab.start({ runAs: { uid, gid }, environment: { HOME: home }, ...options.server });
  const create = options.transport ?? createSshTransport;
  const transport = create({ home: lab.home.path });
  return {
    user,
    server,
    connect(password, method = 'sudo') {
      const become = { method, ...(password === undefined ? {} : { password: new Secret(password) }) };
      return transport.connect(lab.home.target({ port: server.port, user: user.name, become }));
    },
    async [Symbol.asyncDispose]() {
      await resources[Symbol.asyncDispose]();
      user[Symbol.dispose]();
    },
  };
}
