import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { KonvoyError } from '../domain/error.ts';
import type { CliIo } from './io.ts';

/** Asks for a line on the terminal without showing what is typed. */
export async function askHidden(io: Pick<CliIo, 'stdin' | 'stderr'>, question: string): Promise<string> {
  if (io.stdin.isTTY !== true) {
    throw new KonvoyError('a vault password is to be asked for, and there is no terminal to ask on', {
      code: 'usage',
      hints: ['name a file or a program: --vault-password-file PATH'],
    });
  }
  io.stderr.write(question);
  // The line editor echoes into its output, not the terminal.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: io.stdin, output: nowhere, terminal: true, historySize: 0 });
  try {
    return await new Promise<string>((resolve, reject) => {
      terminal.once('line', resolve);
      terminal.once('SIGINT', () => reject(new KonvoyError('interrupted', { code: 'interrupted' })));
      terminal.once('close', () => reject(new KonvoyError('no vault password was given', { code: 'usage' })));
    });
  } finally {
    terminal.close();
    io.stderr.write('\n');
  }
}
