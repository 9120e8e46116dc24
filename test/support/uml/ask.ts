import { request } from 'node:https';

/** Which host answered at an address, over a connection of its own; or what went wrong. */
export async function whoAnswers(address: string, timeoutMs = 3000): Promise<string> {
  return new Promise((resolve) => {
    const asked = request(
      { host: address, port: 6443, path: '/whoami', agent: false, rejectUnauthorized: false },
      (response) => {
        response.setEncoding('utf8');
        let text = '';
        response.on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve(text.trim()));
      },
    );
    asked.setTimeout(timeoutMs, () => asked.destroy(new Error('late')));
    asked.on('error', (error: NodeJS.ErrnoException) => resolve(`!${error.code ?? error.message}`));
    asked.end();
  });
}

/** How often each answered `count` times, one after the other. */
export async function tally(address: string, count: number): Promise<ReadonlyMap<string, number>> {
  const seen = new Map<string, number>();
  for (let nth = 0; nth < count; nth += 1) {
    const who = await whoAnswers(address);
    seen.set(who, (seen.get(who) ?? 0) + 1);
  }
  return seen;
}

/** Asks again and again while `work` goes on; what came, in order. */
export async function askedMeanwhile(
  address: string,
  work: () => Promise<unknown>,
): Promise<readonly string[]> {
  const answers: string[] = [];
  const worked = new AbortController();
  const asking = (async () => {
    while (!worked.signal.aborted) answers.push(await whoAnswers(address));
  })();
  try {
    await work();
  } finally {
    worked.abort();
    await asking;
  }
  return answers;
}
