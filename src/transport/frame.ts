import { shellWord, type Mutation, type Probe } from '../domain/command.ts';

/** Names one batch on one connection; everything the shell prints between marks belongs to its steps. */
export interface BatchFrame {
  /** 128 random bits in hexadecimal, chosen for each connection: no output can contain it by accident or design. */
  readonly marker: string;
  /** Counts from 1 on each connection. */
  readonly batch: number;
}

/**
 * What the shell is fed first: it sets the environment every command can rely on, and reports `ready` (or
 * `no-base64`). Everything printed before that mark is a login's noise.
 */
export function preambleScript(marker: string): Buffer {
  return Buffer.from(`{
LC_ALL=C; PATH=${rootPath}; export LC_ALL PATH
unset ENV BASH_ENV CDPATH LANGUAGE TMOUT k
umask 022; cd /
exec ${stderrFd}>&2 8>&- ${lockFd}>&-
if [ "$(echo a29udm95 | base64 -d)" = konvoy ]; then k=${readyLabel}; else k=${noBase64Label}; fi
exec 2>/dev/null
echo "${marker}:$k"; echo "${marker}:$k" >&${stderrFd}
}
`);
}

/** The probes as one shell command: each runs, whatever the others did. */
export function probeBatch(frame: BatchFrame, probes: readonly Probe[]): Buffer {
  return enclose(
    frame,
    probes.map((probe, step) => stepLines(frame, step, probe)),
  );
}

/** The mutations as one shell command that runs none after the first that fails. */
export function mutateBatch(frame: BatchFrame, mutations: readonly Mutation[]): Buffer {
  return enclose(
    frame,
    mutations.map((mutation, step) => `if [ $k = 0 ]; then\n${stepLines(frame, step, mutation)}fi\n`),
  );
}

/** One step written in shell, run by the root shell itself: it sets `k` to its exit code and may keep descriptors. */
export function builtinBatch(frame: BatchFrame, script: string): Buffer {
  return enclose(frame, [`${script}\n${stepMarks(frame, 0)}`]);
}

/** The label that ends a batch on both streams. */
export function endLabel(batch: number): string {
  return `${batch}.end`;
}

export const readyLabel = 'ready';
export const noBase64Label = 'no-base64';

/** The descriptor that holds the lock in the root shell; commands do not inherit it, or they would keep the lock. */
export const lockFd = 9;

/** The descriptor with the connection's standard error; the shell's own messages ("Killed") go to /dev/null. */
export const stderrFd = 7;

// One brace group: the shell parses it to the end before it runs a word of it, so that a stream that was cut
// anywhere is a syntax error and changes nothing (POSIX XCU 2.9.4).
function enclose(frame: BatchFrame, steps: readonly string[]): Buffer {
  const end = `${frame.marker}:${endLabel(frame.batch)}`;
  return Buffer.from(
    `{ k=0\n${steps.join('')}echo "${end}" || exit\necho "${end}" >&${stderrFd} || exit\n}\n`,
  );
}

function stepLines(frame: BatchFrame, step: number, command: Probe | Mutation): string {
  // A subshell, so that `exit` or `cd` as a command cannot end or move the root shell.
  return `( ${commandLine(command)} ) </dev/null ${lockFd}>&-; k=$?\n${stepMarks(frame, step)}`;
}

function stepMarks({ marker, batch }: BatchFrame, step: number): string {
  // `|| exit`: when the connection is gone, nothing that follows may run.
  return `echo "${marker}:${batch}.${step}.$k" || exit\necho "${marker}:${batch}.${step}" >&${stderrFd} || exit\n`;
}

function commandLine({ argv, stdin }: Probe | Mutation): string {
  const [program, ...parameters] = argv;
  if (program === undefined) throw new Error('a command needs a program');
  const line = [quoted(program), ...parameters.map(shellWord), ownStderr].join(' ');
  if (stdin === undefined || stdin.length === 0) return line;
  return `echo '${base64Lines(stdin)}' | base64 -d ${ownStderr} | ${line}`;
}

// On the commands themselves and not on the subshell: when a command is killed, bash writes the whole pipeline, with
// its payload, to the standard error of the shell around it, which is /dev/null.
const ownStderr = `2>&${stderrFd} ${stderrFd}>&-`;

// Always quoted: a bare `if` or `a=b` in the first place would not be a program's name.
function quoted(program: string): string {
  const word = shellWord(program);
  return word.startsWith("'") ? word : `'${word}'`;
}

// A quoted word and not a here-document: bash writes a large here-document to a file in $TMPDIR, where a secret
// must not lie and where there may be no room. `echo` is built in everywhere, so nothing stands in an argv either.
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  return (text.match(/.{1,1024}/g) ?? []).join('\n');
}

const rootPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
