// Tells the test, over IPC, of everything that a run is about to ask of a host, and waits for leave to do it: a run stops
// exactly between two steps, for as long as the test wants. What is asked, and of whom, is not changed.
import { createHash } from 'node:crypto';
import { register } from 'node:module';
import { clearInterval, setInterval } from 'node:timers';

register('./held-loader.mjs', import.meta.url);

/** The steps that were reported last: of the run, and of each host since then. */
const steps = { run: 'starting', hosts: new Map() };
const waiting = new Map();
let asked = 0;

process.on('message', (id) => {
  waiting.get(id)?.();
  waiting.delete(id);
});
// Waiting for leave keeps the process alive, an open channel alone does not.
process.channel.unref();

const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (chunk, ...rest) => {
  for (const line of String(chunk).split('\n')) noteStep(line);
  return write(chunk, ...rest);
};

/** @param {{ connect: Function }} transport */
export function held(transport) {
  return {
    connect: async (target, signal) => {
      const session = await after(leave(target.host, 'connect', ''), () => transport.connect(target, signal));
      return heldSession(session);
    },
  };
}

function heldSession(session) {
  const ask =
    (kind) =>
    (...parameters) =>
      after(leave(session.host, kind, digestOf(parameters[0])), () => session[kind](...parameters));
  return {
    host: session.host,
    probe: ask('probe'),
    mutate: ask('mutate'),
    lock: ask('lock'),
    breakLock: ask('breakLock'),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** Does something when there is leave, and says when it is over. */
async function after(left, work) {
  const id = await left;
  try {
    return await work();
  } finally {
    process.send({ done: id });
  }
}

/** Says what is about to be done, and resolves with its number when it may be. */
async function leave(host, kind, what) {
  asked += 1;
  const id = asked;
  const step = [steps.run, steps.hosts.get(host) ?? []].flat().join(', ');
  // Node forgets a process that waits for nothing but a message.
  const awake = setInterval(() => undefined, 1_000_000);
  await new Promise((resolve) => {
    waiting.set(id, resolve);
    process.send({ id, host, step, kind, what });
  });
  clearInterval(awake);
  return id;
}

/** Programs without their parameters: the same step of two runs, or of two hosts, has the same. */
function digestOf(commands) {
  if (!Array.isArray(commands)) return '';
  const programs = commands.map(({ argv }) => (argv[0] === 'sh' ? argv[2] : argv[0]));
  return createHash('sha256').update(JSON.stringify(programs)).digest('hex').slice(0, 12);
}

function noteStep(line) {
  if (!line.startsWith('{')) return;
  const event = JSON.parse(line);
  if (event.type === 'host-step') steps.hosts.set(event.host, event.step);
  if (event.type !== 'run-step') return;
  steps.run = event.step;
  steps.hosts.clear();
}
