import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Does `work` while no other process of this machine does work under the same name; others wait for their turn. */
export async function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  const held = await hold(name);
  try {
    return await work();
  } finally {
    await new Promise((resolve) => held.close(resolve));
  }
}

// An abstract unix socket (unix(7)): the kernel frees the name when its holder dies, so there are no stale locks.
async function hold(name: string): Promise<Server> {
  for (;;) {
    const server = createServer();
    if (await listens(server, `\0konvoy-ha-lab:${name}`)) return server;
    await sleep(retryMs);
  }
}

async function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve(true));
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(false) : reject(error),
    );
    server.listen(path);
  });
}

const retryMs = 200;
