import { mutate, type Mutation } from '../domain/command.ts';
import type { FileResource } from '../domain/resource.ts';

/**
 * Asks the shell of a script whether it can read it; undefined for what is no script of a shell. A check script that cannot be
 * read fails on every host at once, and no host would keep the VIP: it is asked about before it is written anywhere.
 */
export function scriptTest({ content }: FileResource): Mutation | undefined {
  const [first = ''] = new TextDecoder().decode(content.subarray(0, LONGEST_LINE)).split('\n');
  const interpreter = /^#!\s*(?<path>\/\S+)/.exec(first)?.groups?.['path'];
  if (interpreter === undefined || !SHELLS.test(interpreter)) return undefined;
  return { ...mutate(interpreter, '-n'), stdin: content };
}

const SHELLS = /\/(?:sh|dash|bash|ash|ksh|mksh|zsh)$/;

/** What the kernel reads of it (BINPRM_BUF_SIZE). */
const LONGEST_LINE = 256;
