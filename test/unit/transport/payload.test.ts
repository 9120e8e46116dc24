import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  inlinePayloadLimit,
  lastLine,
  payloadLines,
  payloadLinesLength,
} from '../../../src/transport/payload.ts';
import { mutate } from '../../../src/domain/command.ts';
import { isSentLater, mutateBatch } from '../../../src/transport/frame.ts';

test.each([1, 2, 3, 3071, 3072, 3073, 3 * 16 * 1024, 3 * 16 * 1024 + 1, 200_000])(
  'a payload of %i bytes is comments for a shell, of the length that was announced',
  (size) => {
    const lines = Buffer.concat([...payloadLines(Buffer.alloc(size, 0xff))]).toString();
    expect(
      lines.split('\n').every((line, place, all) => line.startsWith('#') || place === all.length - 1),
    ).toBe(true);
    expect(lines.length).toBe(payloadLinesLength(size));
    expect(lines.split('\n').filter((line) => line === lastLine)).toHaveLength(1);
  },
);

test('any payload comes out of its lines as it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 20_000 }), (payload) => {
      const text = Buffer.concat([...payloadLines(payload)]).toString();
      expect(Buffer.from(text.replaceAll('#', ''), 'base64').equals(payload)).toBe(true);
    }),
  );
});

test('a payload is part of the script up to a limit, which keeps a small file in one round trip', () => {
  const [small, large] = [inlinePayloadLimit, inlinePayloadLimit + 1].map((size) => ({
    ...mutate('cat'),
    stdin: Buffer.alloc(size),
  }));
  const frame = { marker: 'M', batch: 3 };
  expect([small, large].map((command) => isSentLater(command ?? expect.fail()))).toEqual([false, true]);
  expect(mutateBatch(frame, [small ?? expect.fail()]).toString()).not.toContain('send');
  expect(mutateBatch(frame, [large ?? expect.fail()]).toString()).toContain('echo "M:3.0.send" || exit');
});
