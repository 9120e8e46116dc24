import type { ClientChannel, ExecOptions } from 'ssh2';
import { KonvoyError } from '../../domain/error.ts';
import type { Target } from '../../domain/target.ts';
import { asError } from '../as-error.ts';
import type { ShellChannel } from '../dialogue.ts';
import type { Connection } from './login.ts';

/** Opens the one channel a host gets: everything later goes through the shell behind it. */
export async function openShellChannel(
  connection: Connection,
  target: Target,
  command: string,
): Promise<ShellChannel> {
  const stream = await new Promise<ClientChannel>((resolve, reject) => {
    const fail = (cause: unknown): void => reject(shellRefused(target, asError(cause)));
    // The login may be over before the answer comes, and ssh2 then never calls back.
    void connection.ended.then(fail);
    const execute = (agentForward: boolean): void => {
      // What the library's types have forgotten.
      const options: ExecOptions & { readonly agentForward: boolean } = { agentForward };
      connection.client.exec(command, options, (error, opened) => {
        if (error === undefined) resolve(opened);
        // As ssh does: a host that wants no agent has none.
        else if (agentForward && /agent forwarding/.test(error.message)) execute(false);
        else fail(error);
      });
    };
    try {
      execute(target.forwardAgent);
    } catch (cause) {
      fail(cause);
    }
  });
  return channelOf(connection, stream);
}

/** Why a login that succeeded is of no use. */
export function shellRefused({ host, user }: Target, cause: Error): KonvoyError {
  return new KonvoyError(`${host}: ${user} is logged in, but sshd does not start a shell: ${cause.message}`, {
    code: 'connect-failed',
    host,
    hints: [`try it: ssh ${user}@${host} id`],
    cause,
  });
}

function channelOf({ client, ended }: Connection, stream: ClientChannel): ShellChannel {
  const shellEnded = endOf(stream, ended);
  void shellEnded.then(() => client.end());
  return {
    stdin: stream,
    stdout: stream,
    stderr: stream.stderr,
    ended: shellEnded,
    hangUp: () => {
      stream.end();
      client.end();
    },
    destroy: () => void client.destroy(),
  };
}

function endOf(stream: ClientChannel, connectionEnded: Promise<string>): Promise<string> {
  return new Promise((resolve) => {
    let reason: string | undefined;
    const soon = (): void =>
      void setTimeout(() => resolve(reason ?? 'the shell was closed'), drainMs).unref();
    stream.on('exit', (code: number | null, signal?: string) => {
      reason = `the shell ended (${signal ?? `exit ${code ?? '?'}`})`;
      // A daemon that a command started may hold the channel open for ever; the shell's end is the end.
      soon();
    });
    stream.on('close', () => {
      if (reason === undefined) soon();
      else resolve(reason);
    });
    void connectionEnded.then(resolve);
  });
}

const drainMs = 500;
