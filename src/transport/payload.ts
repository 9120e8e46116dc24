/** The most bytes of a payload that stand in the script itself: a shell may read its script byte by byte. */
export const inlinePayloadLimit = 64 * 1024;

/** The last line of a payload, which nothing else in it can be. */
export const lastLine = '###';

/**
 * A payload as it is sent after the shell has asked for it: base64 in lines that are comments to a shell. Whatever a
 * reader that was killed leaves of it on the standard input of the root shell is thus never run.
 */
export function* payloadLines(payload: Uint8Array): Generator<Buffer, void, void> {
  for (let from = 0; from < payload.byteLength; from += bytesPerPiece) {
    const lines: string[] = [];
    for (let at = from; at < Math.min(from + bytesPerPiece, payload.byteLength); at += bytesPerLine) {
      lines.push(`#${base64(payload.subarray(at, at + bytesPerLine))}\n`);
    }
    yield Buffer.from(lines.join(''), 'latin1');
  }
  yield Buffer.from(`${lastLine}\n`);
}

/** How many bytes `payloadLines` makes of so many. */
export function payloadLinesLength(byteLength: number): number {
  return Math.ceil(byteLength / 3) * 4 + Math.ceil(byteLength / bytesPerLine) * 2 + lastLine.length + 1;
}

/** The bytes as base64 in lines, for the inside of a quoted word. */
export function base64Lines(bytes: Uint8Array): string {
  return (base64(bytes).match(/.{1,1024}/g) ?? []).join('\n');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

// Divisible by three: only the last line is padded.
const bytesPerLine = 3 * 1024;
const bytesPerPiece = 16 * bytesPerLine;
