import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../src/transport/frame-reader.ts';

const marker = '00112233445566778899aabbccddeeff';

test('frames are the same however the stream was cut into chunks', () => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 6 });
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (wanted, sizes) => {
      const stream = Buffer.concat(wanted.flatMap((body, n) => [body, Buffer.from(`${marker}:1.${n}.0\n`)]));
      const reader = new FrameReader(marker);
      const frames = cut(stream, sizes).flatMap((chunk) => reader.push(chunk));
      expect(frames.map(({ body }) => [...body])).toEqual(wanted.map((body) => [...body]));
      expect(frames.map(({ label }) => label)).toEqual(wanted.map((_, n) => `1.${n}.0`));
      expect(reader.unframed()).toHaveLength(0);
    }),
  );
});

test('a body may end without a newline and hold almost a mark', () => {
  const reader = new FrameReader(marker);
  const almost = `${marker.slice(0, -1)}:x${marker}`;
  const frames = reader.push(Buffer.from(`${almost} ${marker}:end\nrest`));
  expect(frames.map(({ body, label }) => [body.toString(), label])).toEqual([[`${almost} `, 'end']]);
  expect(reader.unframed().toString()).toBe('rest');
});

test('sixty-four mebibytes in small chunks are read in linear time', () => {
  const reader = new FrameReader(marker);
  // Each chunk ends like a mark begins, so that the reader must hold it back each time.
  const chunk = Buffer.concat([Buffer.alloc(4096 - 16, 'x'), Buffer.from(marker.slice(0, 16))]);
  for (let read = 0; read < 64 * 1024 * 1024; read += chunk.length) expect(reader.push(chunk)).toEqual([]);
  const [frame] = reader.push(Buffer.from(`${marker}:end\n`));
  expect(frame?.body.length).toBe(64 * 1024 * 1024);
}, 20_000);

function cut(stream: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = [];
  for (let start = 0, turn = 0; start < stream.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(stream.subarray(start, start + size));
    start += size;
  }
  return chunks;
}
