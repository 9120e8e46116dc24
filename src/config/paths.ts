import { isAbsolute, join } from 'node:path';
import { err, ok, type Result } from '../domain/result.ts';

/** Where the paths that users write begin. */
export interface PathOrigin {
  /** The operator's home, for `~/`. */
  readonly home: string;
  /** The folder of the file that names the path, absolute: the same file means the same wherever it is used from. */
  readonly directory: string;
}

/**
 * The absolute path that a user's path stands for. What OpenSSH would expand or unquote inside it (`%h`, `${HOME}`, quotes,
 * backslashes) and control characters are refused, so both ssh clients see the same file.
 */
export function resolveUserPath(text: string, { home, directory }: PathOrigin): Result<string, string> {
  if (text === '') return err('expected a path, got ""');
  if (/["'`$%\\{}]|\p{Cc}/u.test(text)) {
    return err(
      `expected a path without quotes, "$", "%", backslashes and braces, got ${JSON.stringify(text)}`,
    );
  }
  if (text.startsWith('~/')) return ok(join(home, text.slice(2)));
  if (text.startsWith('~'))
    return err(`expected "~/…", an absolute or a relative path, got ${JSON.stringify(text)}`);
  return ok(isAbsolute(text) ? join(text) : join(directory, text));
}
