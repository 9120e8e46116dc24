import { afterAll, beforeAll } from 'vitest';
import type { LabHost } from '../../src/lab/host.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { testLab } from './lab.ts';

/** Boots a lab before the tests of a file (or of a `describe`) and takes it down after them, however they ended. */
export function labOfFile(options: Parameters<typeof testLab>[0] = {}): () => Lab {
  let lab: Lab | undefined;
  beforeAll(async () => {
    lab = await testLab(options);
  });
  afterAll(async () => lab?.[Symbol.asyncDispose]());
  return () => {
    if (lab === undefined) throw new Error('the lab is not up');
    return lab;
  };
}

/** The `place`th control-plane host of a lab, from 1. */
export function hostOf(lab: Lab, place: number): LabHost {
  const host = lab.hosts[place - 1];
  if (host === undefined) throw new Error(`the lab has no host ${place}`);
  return host;
}
