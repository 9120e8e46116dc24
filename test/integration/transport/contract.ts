import { describe } from 'vitest';
import { commandCases } from './contract-commands.ts';
import type { OpenFixture } from './contract-fixture.ts';
import { lockCases } from './contract-lock.ts';
import { lossCases } from './contract-loss.ts';
import { sessionCases } from './contract-session.ts';
import { streamCases } from './contract-streams.ts';

/** What every transport must do, run against each of them. */
export function transportContract(name: string, open: OpenFixture): void {
  describe(`${name} keeps the transport contract`, () => {
    sessionCases(open);
    commandCases(open);
    streamCases(open);
    lossCases(open);
    lockCases(open);
  });
}

/** What a transport must do that runs no commands. */
export function fakeContract(name: string, open: OpenFixture): void {
  describe(`${name} keeps the transport contract`, () => sessionCases(open));
}
