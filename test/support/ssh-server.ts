import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import ssh2, { type AuthContext, type AuthenticationType, type Connection, type ServerChannel } from 'ssh2';
import { Outlet } from './outlet.ts';
import type { PasswordLogin } from './password-login.ts';
import { makeKey, type TestKey } from './ssh-keys.ts';

/** One request to log in, as the server saw it. */
export interface AuthAttempt {
  readonly user: string;
  readonly method: string;
  /** The public key, `ssh-ed25519 AAAA…`, when one was shown. */
  readonly key?: string;
}

export interface SshServerOptions {
  /** Who may log in. */
  readonly authorized: readonly TestKey[];
  readonly hostKeys?: readonly TestKey[];
  /** Default is one that is free. */
  readonly port?: number;
  /** What a login prints on both streams before anything is run. */
  readonly noise?: string;
  /** The environment of every command; a PATH of its own replaces programs such as `sudo`. */
  readonly environment?: Readonly<Record<string, string>>;
  /** How many connections are dropped before a byte is said, as sshd does beyond MaxStartups. */
  readonly dropFirst?: number;
  /** Methods that the server says it takes; default `publickey`. */
  readonly methods?: readonly AuthenticationType[];
  /** Answers requests to log in by password and keyboard-interactive. */
  readonly passwords?: PasswordLogin;
  /** Wants a password as well after a key. */
  readonly keyIsNotEnough?: boolean;
  /** What becomes of a client's offer of its agent; default is to refuse it. */
  readonly takesAgent?: boolean;
  /** Whose commands run, as after a login; default is whoever runs the tests. */
  readonly runAs?: { readonly uid: number; readonly gid: number };
  /** What is run instead of what the client asked for, as sshd's ForceCommand does. */
  readonly replaceCommand?: string;
  /** Never answers a request of a logged-in client: neither to run a command nor to forward a stream. */
  readonly ignoresRequests?: boolean;
  /** Refuses to forward streams, as sshd does with `AllowTcpForwarding no`. */
  readonly refusesForwarding?: boolean;
}

/** An SSH server in this process, on 127.0.0.1, that runs real commands with the real `/bin/sh`. */
export class SshServer implements AsyncDisposable {
  readonly hostKeys: readonly TestKey[];
  readonly authAttempts: AuthAttempt[] = [];
  readonly commands: string[] = [];
  /** What clients sent to the standard input of their commands, all together. */
  received = '';
  /** TCP connections so far. */
  connections = 0;
  /** The most connections at one time that were not logged in. */
  mostUnauthenticated = 0;
  /** Streams that were forwarded, `address port`. */
  readonly forwarded: string[] = [];
  /** How often a client offered its agent. */
  agentOffers = 0;
  readonly #options: SshServerOptions;
  readonly #net: NetServer;
  readonly #ssh: ssh2.Server;
  readonly #sockets = new Set<Socket>();
  readonly #children = new Set<Promise<unknown>>();
  #unauthenticated = 0;
  #toDrop: number;

  private constructor(options: SshServerOptions) {
    this.#options = options;
    this.#toDrop = options.dropFirst ?? 0;
    this.hostKeys = options.hostKeys ?? [makeKey()];
    this.#ssh = new ssh2.Server({ hostKeys: this.hostKeys.map((key) => key.privateText) });
    this.#ssh.on('connection', (client) => this.#serve(client));
    this.#net = createServer((socket) => this.#accept(socket));
  }

  static async start(options: SshServerOptions): Promise<SshServer> {
    const server = new SshServer(options);
    server.#net.listen(options.port ?? 0, '127.0.0.1');
    await once(server.#net, 'listening');
    return server;
  }

  get port(): number {
    return (this.#net.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Breaks every connection, as a power cut would. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cutAll();
    this.#net.close();
    await Promise.all(this.#children);
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    if (this.#toDrop > 0) {
      this.#toDrop -= 1;
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true);
    this.#ssh.injectSocket(socket);
  }

  #serve(client: Connection): void {
    this.#unauthenticated += 1;
    this.mostUnauthenticated = Math.max(this.mostUnauthenticated, this.#unauthenticated);
    let waiting = true;
    const settle = (): void => {
      if (waiting) this.#unauthenticated -= 1;
      waiting = false;
    };
    client.on('authentication', (context) => this.#authenticate(context));
    client.on('ready', settle);
    client.on('close', settle);
    // A client that hangs up is no failure of the server.
    client.on('error', () => undefined);
    client.on('session', (accept) => {
      if (this.#options.ignoresRequests === true) return;
      const session = accept();
      session.on('auth-agent', (acceptAgent, rejectAgent) => {
        this.agentOffers += 1;
        if (this.#options.takesAgent === true) acceptAgent();
        else rejectAgent();
      });
      session.on('exec', (acceptExec, _reject, { command }) => this.#run(command, acceptExec()));
    });
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      if (this.#options.ignoresRequests === true) return;
      if (this.#options.refusesForwarding === true) {
        reject();
        return;
      }
      this.forwarded.push(`${destIP} ${destPort}`);
      const socket = connect(destPort, destIP);
      socket.on('error', () => reject());
      socket.on('connect', () => {
        const channel = accept();
        socket.on('close', () => channel.destroy());
        channel.on('close', () => socket.destroy());
        channel.pipe(socket).pipe(channel);
      });
    });
  }

  #authenticate(context: AuthContext): void {
    const { username: user, method } = context;
    if (context.method !== 'publickey') {
      this.authAttempts.push({ user, method });
      if (this.#options.passwords?.takes(context) !== true) this.#reject(context);
      return;
    }
    const { key, signature, blob, hashAlgo } = context;
    if (signature === undefined) {
      this.authAttempts.push({ user, method, key: `${key.algo} ${key.data.toString('base64')}` });
    }
    const known = this.#options.authorized.find(({ parsed }) => parsed.getPublicSSH().equals(key.data));
    const proven = signature === undefined || known?.parsed.verify(blob ?? '', signature, hashAlgo) === true;
    if (known === undefined || !proven) this.#reject(context);
    else if (signature !== undefined && this.#options.keyIsNotEnough === true)
      context.reject(['password'], true);
    else context.accept();
  }

  #reject(context: AuthContext): void {
    context.reject([...(this.#options.methods ?? ['publickey'])]);
  }

  // Who runs the tests need not be root: the shell behind this server is theirs, as if sudo had agreed.
  #withoutSudo(command: string): string {
    if (process.getuid?.() === 0 || this.#options.environment !== undefined) return command;
    return command.replace('sudo -n -- ', '');
  }

  #run(command: string, channel: ServerChannel): void {
    this.commands.push(command);
    const { noise, environment } = this.#options;
    if (noise !== undefined) {
      channel.write(noise);
      channel.stderr.write(noise);
    }
    const child = spawn('/bin/sh', ['-c', this.#options.replaceCommand ?? this.#withoutSudo(command)], {
      detached: true,
      env: { ...defaultEnvironment, ...environment },
      cwd: '/',
      ...this.#options.runAs,
    });
    this.#children.add(once(child, 'close'));
    channel.on('data', (chunk: Buffer) => (this.received += chunk.toString('latin1')));
    channel.pipe(child.stdin);
    child.stdin.on('error', () => undefined);
    const outlet = new Outlet(channel);
    outlet.carry(child.stdout, channel);
    outlet.carry(child.stderr, channel.stderr);
    child.on('close', (code, signal) => {
      void outlet.drained().then(() => {
        if (signal === null) channel.exit(code ?? 0);
        else channel.exit(signal.replace(/^SIG/, ''));
        channel.end();
      });
    });
    channel.on('close', () => {
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
    });
  }
}

const defaultEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
