import { execFileSync } from 'node:child_process';

/** OpenSSH's own ssh-agent(1). */
export class RealAgent implements AsyncDisposable {
  readonly socket: string;
  readonly #pid: number;

  private constructor(socket: string, pid: number) {
    this.socket = socket;
    this.#pid = pid;
  }

  /** Its socket is `agent.sock` in `directory`. */
  static async start(directory: string): Promise<RealAgent> {
    const socket = `${directory}/agent.sock`;
    const output = execFileSync('ssh-agent', ['-s', '-a', socket], { encoding: 'utf8' });
    return Promise.resolve(new RealAgent(socket, Number(/SSH_AGENT_PID=(\d+)/.exec(output)?.[1])));
  }

  /** Adds keys, each with the certificate that lies beside it. */
  add(...files: readonly string[]): void {
    const env = { ...process.env, SSH_AUTH_SOCK: this.socket };
    execFileSync('ssh-add', ['-q', ...files], { env, stdio: 'ignore' });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(this.#pid);
    return Promise.resolve();
  }
}
