import { describe } from 'vitest';
import { commandCases } from './contract-commands.ts';
import type { OpenFixture } from './contract-fixture.ts';
import { lockCases } from './contract-lock.ts';
import { lossCases } from './contract-loss.ts';
import { streamCases } from './contract-streams.ts';

/** What every transport must do, run against each of them. */
export function transportContract(name: string, open: OpenFixture): void {
  describe(`${name} keeps the transport contract`, () => {
    commandCases(open);
    streamCases(open);
    lossCases(open);
    lockCases(open);
  });
}
