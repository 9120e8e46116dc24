import { expect } from 'vitest';
import { probe, stdoutOf } from '../../../src/domain/command.ts';
import type { Session } from '../../../src/transport/transport.ts';
import type { ScriptedStep } from '../../support/scripted-session.ts';

/** One session of a transport under test; its fixture disposes it if nobody did before. */
export interface ContractSession {
  readonly session: Session;
  /** Breaks the connection, as a power cut of the network would. */
  readonly cut: () => Promise<void> | void;
}

/** A transport under test, with whatever it needs to reach a root shell on this machine. */
export interface ContractFixture extends AsyncDisposable {
  /** `script` is what commands answer, for a transport that does not run them; the others find out. */
  connect(script?: readonly ScriptedStep[]): Promise<ContractSession>;
  /** Logs in where a login prints noise on both streams; absent when the transport has no login. */
  readonly connectThroughNoise?: () => Promise<ContractSession>;
}

/** Opens a transport under test, afresh for each case. */
export type OpenFixture = () => Promise<ContractFixture>;

/** The process id of the root shell: all transports under test end on this machine. */
export async function shellOf(session: Session): Promise<number> {
  const [result] = await session.probe([probe('sh', '-c', 'echo $PPID')]);
  return processId(stdoutOf(result ?? expect.fail()));
}

/** A process id that a command printed; never 0, which would mean this test's own process group to `kill`. */
export function processId(text: string): number {
  expect(text).toMatch(/^[1-9]\d+\n$/);
  return Number(text);
}
