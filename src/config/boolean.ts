import { err, ok, type Result } from '../domain/result.ts';

/** Reads a truth value in any of the spellings that YAML 1.1 and Ansible know, quoted or not. */
export function parseBoolean(text: string): Result<boolean, string> {
  if (/^(y|yes|on|1|true|t)$/i.test(text)) return ok(true);
  if (/^(n|no|off|0|false|f)$/i.test(text)) return ok(false);
  return err(`expected true or false, got ${JSON.stringify(text)}`);
}
