import { connect } from 'node:net';
import { keyTypeOf } from '../known-hosts.ts';

/**
 * The types of the keys that an agent holds, also of those that ssh2 cannot use and does not show; none where there is no
 * agent (draft-ietf-sshm-ssh-agent, 3.5).
 */
export async function agentKeyTypes(socket: string | undefined): Promise<readonly string[]> {
  if (socket === undefined || socket === '' || socket === 'none') return [];
  return new Promise((resolve) => {
    let answer: Buffer = Buffer.alloc(0);
    const agent = connect(socket);
    agent.setTimeout(limitMs, () => agent.destroy());
    agent.on('error', () => undefined);
    agent.on('close', () => resolve(typesIn(answer)));
    agent.on('connect', () => agent.write(requestIdentities));
    agent.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk]);
      const isWhole = answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE(0);
      if (isWhole || answer.length > largestAnswer) agent.destroy();
    });
  });
}

/** Reads an SSH_AGENT_IDENTITIES_ANSWER: a number, then a key and a comment for each. */
function typesIn(answer: Buffer): readonly string[] {
  if (answer.length < 9 || answer[4] !== identitiesAnswer) return [];
  const types: string[] = [];
  let at = 9;
  for (let left = answer.readUInt32BE(5); left > 0; left -= 1) {
    const key = fieldAt(answer, at);
    const comment = key && fieldAt(answer, at + 4 + key.length);
    if (key === undefined || comment === undefined) break;
    types.push(keyTypeOf(key) ?? 'unknown');
    at += 8 + key.length + comment.length;
  }
  return types;
}

function fieldAt(answer: Buffer, at: number): Buffer | undefined {
  if (at + 4 > answer.length) return undefined;
  const end = at + 4 + answer.readUInt32BE(at);
  return end <= answer.length ? answer.subarray(at + 4, end) : undefined;
}

const requestIdentities = Buffer.from([0, 0, 0, 1, 11]);

const identitiesAnswer = 12;

const largestAnswer = 1024 * 1024;

const limitMs = 5_000;
