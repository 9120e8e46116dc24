// Puts a hand on the wire of `dist/main.js`: node is started with `--import` of held-wire.mjs, which registers this.
// The module that makes the transport is loaded as it is, and what it makes is held.

const WIRE = new URL('held-wire.mjs', import.meta.url).href;

export async function load(url, context, next) {
  if (!url.endsWith('/dist/transport/create.js')) return next(url, context);
  const source = `import { createTransport as create } from '${url}?held';
import { held } from '${WIRE}';
export const createTransport = (options) => held(create(options));`;
  return { format: 'module', source, shortCircuit: true };
}
