import { connect } from 'node:net';
import type ssh2 from 'ssh2';
import type { BaseAgent, ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';
import { keyTypeOf, stringsOf } from '../public-key.ts';

/** A key that an ssh-agent holds, with the agent that signs for it. */
export interface AgentKey {
  readonly key: ParsedKey;
  /** An agent that knows this key alone: ssh2 would offer every key, and a server gives up after six. */
  readonly agent: BaseAgent;
}

/** A key that an ssh-agent holds and ssh2 cannot use: a certificate, a key in a FIDO device. */
export interface ForeignKey {
  readonly type: string;
  readonly comment: string;
}

/** What an ssh-agent holds, in its order. */
export interface AgentKeys {
  readonly usable: readonly AgentKey[];
  readonly foreign: readonly ForeignKey[];
}

/** The keys of the agent behind `socket`; throws when there is no agent, or none that answers. */
export async function agentKeys(library: typeof ssh2, socket: string): Promise<AgentKeys> {
  const agent = new library.OpenSSHAgent(socket);
  const usable: AgentKey[] = [];
  const foreign: ForeignKey[] = [];
  for (const { blob, comment } of await listKeys(socket)) {
    const key = library.utils.parseKey(blob);
    if (key instanceof Error) foreign.push({ type: keyTypeOf(blob) ?? 'unknown', comment });
    else {
      key.comment = comment;
      usable.push({ key, agent: agentOfOne(library, agent, key) });
    }
  }
  return { usable, foreign };
}

interface ListedKey {
  readonly blob: Buffer;
  readonly comment: string;
}

// ssh2's own list leaves out what it cannot use, and so nobody would hear of it. The protocol: draft-miller-ssh-agent, 4.4.
async function listKeys(socket: string): Promise<readonly ListedKey[]> {
  const connection = connect(socket);
  connection.setTimeout(ANSWER_MS, () => connection.destroy(new Error('the agent does not answer')));
  connection.write(Buffer.from([0, 0, 0, 1, REQUEST_IDENTITIES]));
  let answer = Buffer.alloc(0);
  for await (const chunk of connection as AsyncIterable<Buffer>) {
    answer = Buffer.concat([answer, chunk]);
    // Leaving the loop closes the connection.
    if (answer.length >= 4 && answer.length >= 4 + answer.readUInt32BE(0)) break;
  }
  return keysIn(answer.subarray(4));
}

function keysIn(answer: Buffer): readonly ListedKey[] {
  if (answer[0] !== IDENTITIES_ANSWER) throw new Error('the agent does not say what it holds');
  const strings = stringsOf(answer.subarray(5)) ?? [];
  const blobs = strings.filter((_, at) => at % 2 === 0);
  return blobs.map((blob, at) => ({ blob, comment: strings[2 * at + 1]?.toString() ?? '' }));
}

function agentOfOne(library: typeof ssh2, agent: ssh2.OpenSSHAgent, key: ParsedKey): BaseAgent {
  class AgentOfOne extends library.BaseAgent {
    override getIdentities(callback: ssh2.IdentityCallback): void {
      callback(null, [key]);
    }

    override sign(
      _key: unknown,
      data: Buffer,
      options: SigningRequestOptions | SignCallback,
      callback?: SignCallback,
    ): void {
      if (typeof options === 'function') agent.sign(key, data, options);
      else agent.sign(key, data, options, callback);
    }
  }
  return new AgentOfOne();
}

const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;

/** An agent lists its keys without asking anybody: one that takes longer has gone. */
const ANSWER_MS = 5_000;
