import type { OutputStream } from './sink.ts';

export type Color = 'red' | 'green' | 'yellow' | 'cyan' | 'bold' | 'dim';

/** Wraps a text in a colour, or returns it as it is where colours are off. */
export type Painter = (color: Color, text: string) => string;

/** The environment variables that reporters look at. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** How a view may look: on what, how wide, how detailed. */
export interface Style {
  readonly paint: Painter;
  /** Terminal width; undefined where nothing is wrapped because a program may read it. */
  readonly columns: number | undefined;
  /** Number of `-v` flags. */
  readonly verbosity: number;
}

export interface ColorChoice {
  readonly stream: OutputStream;
  readonly env: Environment;
  /** False with `--no-color`, which beats everything. */
  readonly allowed: boolean;
}

/** Decided per stream: `plan > file` keeps the colours of stderr. FORCE_COLOR beats NO_COLOR, as in Node itself. */
export function wantsColor({ stream, env, allowed }: ColorChoice): boolean {
  if (!allowed) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  // no-color.org: present and not empty, whatever the value.
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

export function painter(isOn: boolean): Painter {
  if (!isOn) return (_color, text) => text;
  return (color, text) => (text === '' ? '' : `${SGR[color]}${text}${RESET}`);
}

/** The style of one stream. */
export function styleOf(choice: ColorChoice, verbosity: number): Style {
  const { isTTY, columns = 0 } = choice.stream;
  const isKnown = isTTY === true && columns > 0;
  return { paint: painter(wantsColor(choice)), columns: isKnown ? columns : undefined, verbosity };
}

const SGR: Readonly<Record<Color, string>> = {
  red: '\u001b[31m',
  green: '\u001b[32m',
  yellow: '\u001b[33m',
  cyan: '\u001b[36m',
  bold: '\u001b[1m',
  dim: '\u001b[2m',
};
const RESET = '\u001b[0m';
