/** What `ssh -G` prints: each keyword in lower case with its values in order. */
export type SshConfigDump = ReadonlyMap<string, readonly string[]>;

/** Reads the lines of `ssh -G`: a keyword, a space, and the rest as it stands. */
export function parseSshConfigDump(text: string): SshConfigDump {
  const dump = new Map<string, readonly string[]>();
  for (const line of text.split('\n')) {
    const { key, value } = /^(?<key>[A-Za-z0-9]+)(?: (?<value>.*))?$/.exec(line)?.groups ?? {};
    if (key === undefined) continue;
    const name = key.toLowerCase();
    dump.set(name, [...(dump.get(name) ?? []), value ?? '']);
  }
  return dump;
}

/** The keywords of `asked` that say something else than without any ssh_config: ssh prints its defaults, too. */
export function saidBy(asked: SshConfigDump, usual: SshConfigDump): SshConfigDump {
  const isUsual = (key: string, values: readonly string[]): boolean => {
    const before = usual.get(key);
    return before?.length === values.length && values.every((value, index) => value === before[index]);
  };
  return new Map([...asked].filter(([key, values]) => !isUsual(key, values)));
}

/** Several paths in one value: ssh prints them without quotes, so a space begins a path only where a path can begin. */
export function pathsIn(value: string): readonly string[] {
  return value.split(/ (?=[/~]|none(?: |$))/).filter((path) => path !== '');
}

/** Whether an ssh_config that nobody here can read may say something about a host. */
export function mayConcern(config: string, name: string): boolean {
  return config.split('\n').some((line) => {
    const { key, rest = '' } = /^\s*(?<key>\w+)(?:\s*=\s*|\s+)(?<rest>.*)$/.exec(line)?.groups ?? {};
    if (key === undefined) return false;
    if (/^(match|include)$/i.test(key)) return true;
    if (!/^host$/i.test(key)) return false;
    return rest.split(/\s+/).some((pattern) => !pattern.startsWith('!') && matches(name, pattern));
  });
}

function matches(name: string, glob: string): boolean {
  const source = glob
    .replaceAll('"', '')
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'i').test(name);
}
