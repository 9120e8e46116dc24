import type ssh2 from 'ssh2';

/** The ssh2 library, loaded when the first connection is made: it costs 65 ms at start-up. */
export async function loadSsh2(): Promise<typeof ssh2> {
  return (await import('ssh2')).default;
}
