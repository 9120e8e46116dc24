import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stderrOf } from '../../../src/domain/command.ts';
import {
  keyOf,
  resourceKey,
  type FileResource,
  type Observation,
  type Observed,
  type Resource,
  type ResourceKey,
  type Wanted,
} from '../../../src/domain/resource.ts';
import {
  deadManProbe,
  disarm,
  dropRun,
  fence,
  FIRED,
  forgetUndone,
  parseTraces,
  undoNow,
} from '../../../src/engine/dead-man.ts';
import { clusterName } from '../../support/branded.ts';
import { ScratchHost, type ScratchRun } from '../../support/scratch-host.ts';
import { resultOf, SHELLS, startShell, type Shell } from '../../support/shells.ts';

// The files that a dead-man brings back belong to root, in directories that only root can change.
const isRoot = process.getuid?.() === 0;

const RUN = '20261126T030405Z-aaaaaaaa';
const LATER = '20261126T040506Z-bbbbbbbb';
const PROD = clusterName('prod');

function file(path: string, text: string | Uint8Array, rest: Partial<FileResource> = {}): FileResource {
  const content = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { kind: 'file', path, content, mode: 0o640, owner: 'root', group: 'root', effect: 'none', ...rest };
}

const service = (enabled: boolean, running: boolean): Resource => ({
  kind: 'service',
  name: 'keepalived',
  enabled,
  running,
});

function seen(...resources: readonly Resource[]): Observed {
  return new Map(
    resources.map((resource): [ResourceKey, Observation] => [
      resourceKey(resource),
      { status: 'present', resource },
    ]),
  );
}

function want(...resources: readonly Resource[]): Wanted {
  return new Map(resources.map((resource) => [resourceKey(resource), resource]));
}

async function put(resource: FileResource): Promise<void> {
  await mkdir(dirname(resource.path), { recursive: true });
  await writeFile(resource.path, resource.content);
  await chmod(resource.path, resource.mode);
}

/** A host with one configuration that a run has replaced. */
async function changed(
  shell: Shell,
  runId = RUN,
): Promise<AsyncDisposable & { host: ScratchHost; run: ScratchRun; conf: string }> {
  const host = await ScratchHost.make(shell);
  const conf = host.path("etc/it's a $(touch pwned).conf");
  const [before, after] = ['before', 'after'].map((text) => file(conf, text, { effect: 'reload' }));
  if (before === undefined || after === undefined) throw new Error('no files');
  await put(before);
  const run = {
    runId,
    observed: seen(before, service(true, true)),
    wanted: want(after, service(true, true)),
  };
  expect(await host.arm(run)).toMatchObject({ exitCode: 0 });
  await put(after);
  return { host, run, conf, [Symbol.asyncDispose]: async () => host[Symbol.asyncDispose]() };
}

async function traces(host: ScratchHost): Promise<ReturnType<typeof parseTraces>> {
  return parseTraces(await host.mutate([deadManProbe(PROD)]), Date.parse('2026-11-26T03:00:00Z'));
}

describe.runIf(isRoot).each(SHELLS)('a dead-man in $name', (shell) => {
  test('whose deadline has passed brings the file back, tells the service and says what it did', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    await host.due(RUN, 0);
    expect(await host.undo(RUN, 'watch')).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('before');
    expect((await host.calls()).slice(1)).toEqual([
      'systemctl --quiet enable keepalived',
      'systemctl kill --kill-who=main --signal=HUP keepalived',
    ]);
    expect(await traces(host)).toEqual({
      armed: [],
      undone: { runId: RUN, by: 'ada@laptop', because: 'timeout', at: expect.any(String) as string },
    });
    expect(host.listing('run')).toBe('');
    expect(host.listing('store')).toMatch(/^\.\/prod d 700\n\.\/prod\/undone f \d+ \S+ .*\n$/);
    expect(host.listing('systemd')).toBe('./multi-user.target.wants d 755\n');
    expect(existsSync(host.path('pwned'))).toBe(false);
  });

  test('waits as long as its run is renewed, and not a second longer', async () => {
    await using made = await changed(shell);
    const { host, run, conf } = made;
    await host.due(RUN, 1);
    const watching = host.undo(RUN, 'watch');
    expect(await host.mutate([fence(host.runOf(run.runId), 3)])).toMatchObject({ exitCode: 0 });
    const { elapsedMs } = await watching;
    expect(elapsedMs).toBeGreaterThan(1500);
    expect(await readFile(conf, 'utf8')).toBe('before');
  });

  test('that was disarmed does nothing, and nothing of it is left', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    expect(await host.mutate([disarm(host.runOf(RUN))])).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('after');
    expect(host.listing('run')).toBe('');
    expect(host.listing('store')).toBe('');
    expect(host.listing('systemd')).toBe('./multi-user.target.wants d 755\n');
    expect((await host.calls()).at(-1)).toBe(`systemctl stop konvoy-ha-dead-man-${RUN}.service`);
    expect(await host.mutate([disarm(host.runOf(RUN))])).toMatchObject({ exitCode: FIRED });
    expect(await host.mutate([dropRun(host.runOf(RUN))])).toMatchObject({ exitCode: 0 });
  });

  test('that has fired lets its run neither renew nor disarm it', async () => {
    await using made = await changed(shell);
    const { host } = made;
    await host.due(RUN, -5);
    await host.undo(RUN, 'watch');
    const run = host.runOf(RUN);
    expect(await host.mutate([fence(run, 60)])).toMatchObject({ exitCode: FIRED });
    expect(await host.mutate([disarm(run)])).toMatchObject({ exitCode: FIRED });
    expect(host.listing('run')).toBe('');
    expect((await traces(host))?.undone?.runId).toBe(RUN);
    expect(await host.mutate([forgetUndone(PROD)])).toMatchObject({ exitCode: 0 });
    expect(await traces(host)).toBeUndefined();
  });

  test('at boot does nothing when the host has not been restarted', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    expect(await host.undo(RUN, 'boot')).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('after');
    expect((await traces(host))?.armed).toMatchObject([
      { runId: RUN, state: 'armed', command: 'apply', by: 'ada@laptop' },
    ]);
  });

  test('after a restart undoes, and leaves the start of the service to the boot', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    await host.restart();
    expect((await traces(host))?.armed[0]).not.toHaveProperty('undoesAt');
    expect(await host.undo(RUN, 'boot')).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('before');
    expect((await host.calls()).slice(1)).toEqual([
      'systemctl --quiet enable keepalived',
      'systemctl --no-block start keepalived',
    ]);
    expect((await traces(host))?.undone?.because).toBe('reboot');
  });

  test('that was interrupted goes on after the restart', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    host.programs({ systemctl: 'kill -KILL $PPID; kill -KILL $(ps -o ppid= -p $PPID); sleep 1' });
    await host.due(RUN, 0);
    // Its programs are those of the moment at which it was armed; what stands at their place is another now.
    await host.undo(RUN, 'watch');
    expect(existsSync(host.path('store/prod/undoing', RUN))).toBe(true);
    host.programs({});
    await host.restart();
    expect(await host.undo(RUN, 'boot', 'undoing')).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('before');
    expect((await traces(host))?.armed).toEqual([]);
  });

  test('that cannot bring everything back says what, does the rest, and stays for the next', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    host.programs({ systemctl: '[ "$1" != show ] || { echo loaded; exit 0; }; exit 1' });
    await host.due(RUN, 0);
    expect((await host.undo(RUN, 'watch')).exitCode).toBe(1);
    expect(await readFile(conf, 'utf8')).toBe('before');
    expect((await traces(host))?.armed).toMatchObject([
      { runId: RUN, state: 'undoing', failure: 'bringing back service:keepalived' },
    ]);
    host.programs({});
    expect(await host.mutate([undoNow(host.runOf(RUN))])).toMatchObject({ exitCode: 0 });
    expect(await host.mutate([dropRun(host.runOf(RUN))])).toMatchObject({ exitCode: 0 });
    expect(host.listing('store')).toBe('');
  });

  test('of a first run takes away everything that the run has made, and only that', async () => {
    await using host = await ScratchHost.make(shell);
    host.programs({ getent: 'echo "$2:x:999"' });
    const conf = file(host.path('etc/keepalived/keepalived.conf'), 'new', { effect: 'reload' });
    const unit = file(host.path('etc/systemd/10.conf'), 'unit', { effect: 'daemon-reload' });
    const directory = {
      kind: 'directory' as const,
      path: host.path('etc/systemd'),
      mode: 0o755,
      owner: 'root',
      group: 'root',
    };
    const user = { kind: 'user' as const, name: 'keepalived_script' };
    const wanted = want(
      user,
      directory,
      unit,
      { kind: 'package', name: 'keepalived' },
      conf,
      service(true, true),
    );
    await mkdir(host.path('etc/keepalived'));
    await writeFile(host.path('etc/keepalived/samples'), 'of the package');
    const before = host.listing('etc');
    expect(await host.arm({ runId: RUN, observed: seen(service(false, false)), wanted })).toMatchObject({
      exitCode: 0,
    });
    await put(unit);
    await put(conf);
    await host.due(RUN, 0);
    expect(await host.undo(RUN, 'watch')).toMatchObject({ exitCode: 0 });
    expect(host.listing('etc')).toBe(before);
    expect((await host.calls()).slice(1)).toEqual([
      'systemctl daemon-reload',
      'systemctl --quiet disable keepalived',
      'systemctl stop keepalived',
      'userdel keepalived_script',
      'systemctl daemon-reload',
    ]);
  });

  test('never removes what stood in the way of a file', async () => {
    await using host = await ScratchHost.make(shell);
    const path = host.path('etc/keepalived.conf');
    await writeFile(path, 'theirs');
    const observed: Observed = new Map([
      [keyOf('file', path), { status: 'obstacle', what: 'symbolic link' }],
    ]);
    await host.arm({ runId: RUN, observed, wanted: want(file(path, 'ours')) });
    await host.due(RUN, 0);
    expect(await host.undo(RUN, 'watch')).toMatchObject({ exitCode: 0 });
    expect(await readFile(path, 'utf8')).toBe('theirs');
  });

  test('is not armed when a file has changed since it was looked at', async () => {
    await using host = await ScratchHost.make(shell);
    const conf = file(host.path('etc/keepalived.conf'), 'seen');
    await put({ ...conf, content: new TextEncoder().encode('another') });
    const result = await host.arm({
      runId: RUN,
      observed: seen(conf),
      wanted: want({ ...conf, mode: 0o600 }),
    });
    expect(result.exitCode).toBe(1);
    expect(stderrOf(result)).toBe(`${conf.path} has changed since it was looked at\n`);
    expect(await host.mutate([dropRun(host.runOf(RUN))])).toMatchObject({ exitCode: 0 });
    expect(host.listing('store')).toBe('');
  });

  test('of a run that took over brings back what was there before both', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    const [after, later] = ['after', 'later'].map((text) => file(conf, text, { effect: 'reload' }));
    if (after === undefined || later === undefined) throw new Error('no files');
    const second = {
      runId: LATER,
      observed: seen(after, service(true, true)),
      wanted: want(later, service(true, true)),
    };
    expect(await host.arm({ ...second, earlier: [RUN] })).toMatchObject({ exitCode: 0 });
    expect((await traces(host))?.armed.map(({ runId }) => runId)).toEqual([LATER]);
    expect(host.listing('run')).toContain(LATER);
    expect(host.listing('run')).not.toContain(RUN);
    await put(later);
    await host.due(LATER, 0);
    expect(await host.undo(LATER, 'watch')).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('before');
    expect((await traces(host))?.undone?.runId).toBe(LATER);
    expect((await traces(host))?.armed).toEqual([]);
  });

  test('ends the shell of its run, but not the step that it has begun, before it undoes anything', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    const lock = host.path('run/konvoy-ha.lock');
    const step = `( sleep 2; cp "$2" "$3" ) 9>&-\necho more >"$3"`;
    const atWork = `exec 9>>"$1"; flock -n 9; echo "ada runs apply (run ${RUN}) since now" >"$1.owner"\n${step}`;
    const ended = resultOf(startShell(shell, ['-c', atWork, 'sh', lock, conf, host.path('etc/seen')]));
    await expect.poll(() => existsSync(`${lock}.owner`)).toBe(true);
    await host.due(RUN, 0);
    expect(await host.undo(RUN, 'watch')).toMatchObject({ exitCode: 0 });
    expect((await ended).exitCode).toBe(137);
    // The step saw what the run had made, and what came after it was never done.
    expect(await readFile(host.path('etc/seen'), 'utf8')).toBe('after');
    expect(await readFile(conf, 'utf8')).toBe('before');
    expect(existsSync(lock)).toBe(false);
  });

  test('waits for another run that holds the lock, and leaves everything to it when it took over', async () => {
    await using made = await changed(shell);
    const { host, conf } = made;
    await writeFile(host.path('run/konvoy-ha.lock.owner'), 'bob@laptop runs apply (run 2) since now\n');
    host.programs({ flock: `rm -rf "${host.path('store/prod/undoing')}"; exec /usr/bin/flock "$@"` });
    await host.due(RUN, 0);
    expect(await host.undo(RUN, 'watch')).toMatchObject({ exitCode: 0 });
    expect(await readFile(conf, 'utf8')).toBe('after');
    expect((await traces(host))?.undone).toBeUndefined();
  });
});

interface FileCase {
  readonly before: FileState | undefined;
  readonly after: FileState | undefined;
  /** Whether the run has come as far as this file. */
  readonly isDone: boolean;
}

interface FileState {
  readonly content: Uint8Array;
  readonly mode: number;
}

const state = fc.record({
  content: fc.uint8Array({ maxLength: 200 }),
  mode: fc.constantFrom(0o600, 0o640, 0o644, 0o755),
});

const cases = fc.array(
  fc.record({
    before: fc.option(state, { nil: undefined }),
    after: fc.option(state, { nil: undefined }),
    isDone: fc.boolean(),
  }),
  { minLength: 1, maxLength: 4 },
);

async function leave(path: string, left: FileState | undefined): Promise<void> {
  if (left === undefined) return rm(path, { force: true });
  return put(file(path, left.content, left));
}

/** Two undos of one run: an undo that was interrupted is one that is done again. */
async function undoes(shell: Shell, files: readonly FileCase[]): Promise<void> {
  await using host = await ScratchHost.make(shell);
  const places = files.map((one, index) => ({
    ...one,
    path: host.path('etc', `${index}`, "it's $HOME.conf"),
  }));
  for (const { path, before } of places) {
    await mkdir(dirname(path));
    await leave(path, before);
  }
  const before = host.listing('etc');
  const observed: Observed = new Map(
    places.map(({ path, before: was }): [ResourceKey, Observation] => [
      keyOf('file', path),
      was === undefined
        ? { status: 'absent' }
        : { status: 'present', resource: file(path, was.content, was) },
    ]),
  );
  const wanted: Wanted = new Map(
    places.map(({ path, after }) => [
      keyOf('file', path),
      after === undefined ? undefined : file(path, after.content, after),
    ]),
  );
  expect(await host.arm({ runId: RUN, observed, wanted })).toMatchObject({ exitCode: 0 });
  for (const { path, after, isDone } of places) if (isDone) await leave(path, after);
  await host.due(RUN, 0);
  expect(await host.undo(RUN, 'watch')).toMatchObject({ exitCode: 0 });
  expect(host.listing('etc')).toBe(before);
}

describe.runIf(isRoot).each(SHELLS)('whatever a run has done to files, in $name', (shell) => {
  test('a dead-man brings back every byte and mode', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (files) => undoes(shell, files)),
      { numRuns: 5 },
    );
  });
});
