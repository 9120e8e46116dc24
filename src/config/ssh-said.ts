import type { JumpHop } from '../domain/jump-hops.ts';
import type { UserName } from '../domain/names.ts';
import type { AuthenticationMethod, OpensshOption, SshSettings } from '../domain/ssh-settings.ts';
import type { Target } from '../domain/target.ts';
import type { SshOption } from './ssh-words.ts';
import type { Cursor } from './text/cursor.ts';

/** An option with the variable that it stands in. */
export interface PlacedOption extends SshOption {
  readonly cursor: Cursor;
}

/** How the options say that a host is reached. */
export type SaidRoute =
  | { readonly kind: 'jump'; readonly hops: readonly JumpHop[] }
  | { readonly kind: 'command'; readonly command: string };

/** What options come to, as far as they are read; paths are absolute. */
export interface SshOptions {
  identityFiles: readonly string[];
  knownHostsFiles?: readonly string[];
  globalKnownHostsFiles?: readonly string[];
  strictHostKeyChecking?: Target['strictHostKeyChecking'];
  hostKeyAlias?: string;
  forwardAgent?: boolean;
  port?: number;
  user?: UserName;
  route?: SaidRoute;
  batchMode?: boolean;
  preferred?: readonly AuthenticationMethod[];
  refused: readonly AuthenticationMethod[];
  settings: Writable<Omit<SshSettings, 'algorithms'>>;
  algorithms: Writable<NonNullable<SshSettings['algorithms']>>;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Reads one option into what was said. */
export type OptionReader = (said: SshOptions, option: PlacedOption, home: string) => void;

/** Hands an option on to OpenSSH's client. */
export function addOpensshOption(said: SshOptions, option: OpensshOption): void {
  said.settings.opensshOptions = [...(said.settings.opensshOptions ?? []), option];
}
