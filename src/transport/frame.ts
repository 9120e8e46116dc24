import { shellWord, type Mutation, type Probe } from '../domain/command.ts';
import { LOCK_FD } from '../domain/host-lock.ts';
import { base64Lines, inlinePayloadLimit, lastLine, payloadLinesLength } from './payload.ts';

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

/** Whether the payload of a command follows its script, when the shell asks for it. */
export function isSentLater({ stdin }: Probe | Mutation): boolean {
  return stdin !== undefined && stdin.byteLength > inlinePayloadLimit;
}

/** The label that ends a batch on both streams. */
export function endLabel(batch: number): string {
  return `${batch}.end`;
}

/** What stands in the place of an exit code when the shell asks for the payload of a step. */
export const sendLabel = 'send';

export const readyLabel = 'ready';
export const noBase64Label = 'no-base64';

/** The descriptor that holds the lock in the root shell; commands do not inherit it, or they would keep the lock. */
export const lockFd = LOCK_FD;

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
  const run = isSentLater(command)
    ? askedForPayload(frame, step, command)
    : // A subshell, so that `exit` or `cd` as a command cannot end or move the root shell.
      `( ${commandLine(command)} ) </dev/null ${lockFd}>&-; k=$?\n`;
  return run + stepMarks(frame, step);
}

// `head` reads what we send after the mark. When it is killed, or dies because nobody reads it any more, the rest is
// read by the shell, or the next payload would begin with it. `cat` takes what the command leaves.
function askedForPayload({ marker, batch }: BatchFrame, step: number, command: Probe | Mutation): string {
  const length = payloadLinesLength(command.stdin?.byteLength ?? 0);
  return `echo "${marker}:${batch}.${step}.${sendLabel}" || exit
( { head -c ${length} || while read -r k && [ "$k" != '${lastLine}' ]; do :; done; } |
tr -d '#' | base64 -d ${ownStderr} |
( ( ${argvLine(command)} ); k=$?; cat >/dev/null; exit $k ) ) ${lockFd}>&-; k=$?
`;
}

function stepMarks({ marker, batch }: BatchFrame, step: number): string {
  // `|| exit`: when the connection is gone, nothing that follows may run.
  return `echo "${marker}:${batch}.${step}.$k" || exit\necho "${marker}:${batch}.${step}" >&${stderrFd} || exit\n`;
}

function commandLine(command: Probe | Mutation): string {
  const { stdin } = command;
  if (stdin === undefined || stdin.byteLength === 0) return argvLine(command);
  // A quoted word and not a here-document: bash writes a large here-document to a file in $TMPDIR, where a secret
  // must not lie and where there may be no room. `echo` is built in everywhere, so nothing stands in an argv either.
  return `echo '${base64Lines(stdin)}' | base64 -d ${ownStderr} | ${argvLine(command)}`;
}

function argvLine({ argv }: Probe | Mutation): string {
  const [program, ...parameters] = argv;
  if (program === undefined) throw new Error('a command needs a program');
  return [quoted(program), ...parameters.map(shellWord), ownStderr].join(' ');
}

// On the commands themselves and not on the subshell: when a command is killed, bash writes the whole pipeline, with
// its payload, to the standard error of the shell around it, which is /dev/null.
const ownStderr = `2>&${stderrFd} ${stderrFd}>&-`;

// Always quoted: a bare `if` or `a=b` in the first place would not be a program's name.
function quoted(program: string): string {
  const word = shellWord(program);
  return word.startsWith("'") ? word : `'${word}'`;
}

const rootPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
