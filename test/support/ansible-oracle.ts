import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';

/** How one run of the real `ansible-inventory` ended. */
export interface OracleAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `ansible-inventory` of this machine, with nobody's configuration, asked many times without being started each time. */
export class AnsibleOracle implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string, undefined>;

  /** `home` is a folder of the test's, where Ansible may leave what it likes. */
  constructor(home: string) {
    writeFileSync(join(home, 'ansible.cfg'), '');
    this.#child = spawn(interpreter(), [join(import.meta.dirname, 'ansible-oracle.py')], {
      env: {
        PATH: process.env['PATH'],
        HOME: home,
        ANSIBLE_CONFIG: join(home, 'ansible.cfg'),
        ANSIBLE_NOCOLOR: '1',
        LC_ALL: 'C.UTF-8',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Runs `ansible-inventory ARGS` in a folder; one after the other. */
  async run(args: readonly string[], cwd: string): Promise<OracleAnswer> {
    this.#child.stdin.write(`${JSON.stringify({ args, cwd })}\n`);
    const { done, value } = await this.#answers.next();
    if (done === true) throw new Error('the oracle has gone away');
    return JSON.parse(value) as OracleAnswer;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.stdin.end();
    this.#lines.close();
    await ended;
  }
}

/** The Python that has Ansible: the one which `ansible-inventory` itself runs with. */
function interpreter(): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    try {
      const [first = ''] = readFileSync(join(folder, 'ansible-inventory'), 'utf8').split('\n', 1);
      const path = /^#!\s*(\S+)/.exec(first)?.[1];
      if (path !== undefined && !path.endsWith('/env')) return path;
    } catch {
      continue;
    }
  }
  throw new Error('ansible-inventory is not installed: apt-get install ansible-core');
}
