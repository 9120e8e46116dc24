import { err, ok, type Result } from './result.ts';

/** What the tokens of a ProxyCommand stand for (ssh_config(5), TOKENS). */
export interface ProxyCommandTokens {
  /** `%h`: where to connect. */
  readonly address: string;
  /** `%n`: the name that was asked for. */
  readonly name: string;
  /** `%p` */
  readonly port: number;
  /** `%r` */
  readonly user: string;
}

/** The command for a shell. A value that a shell would not take for one plain word is refused, never quoted: the user may have done so. */
export function expandProxyCommand(command: string, tokens: ProxyCommandTokens): Result<string, string> {
  let problem: string | undefined;
  const values: Readonly<Record<string, string>> = {
    '%%': '%',
    '%h': tokens.address,
    '%n': tokens.name,
    '%p': String(tokens.port),
    '%r': tokens.user,
  };
  const expanded = command.replaceAll(/%.?/gs, (token) => {
    const value = values[token];
    if (value === undefined) problem ??= `${JSON.stringify(token)} is none of %h, %n, %p, %r and %%`;
    else if (!/^[A-Za-z0-9_.:%-]+$/.test(value))
      problem ??= `${JSON.stringify(value)} cannot stand in a command`;
    return value ?? '';
  });
  return problem === undefined ? ok(expanded) : err(problem);
}
