// GIFs of any size, made while they are sent: frames of noise, each with a table of pixels that every reader accepts.

import { round } from "../statistics.mjs";

const WIDTH = 300;
const HEIGHT = 200;
const COLOURS = 128;
/** In 8-bit codes: the table is cleared before codes would need a ninth bit, so that a code is a byte. */
const CODE_SIZE = 7;
const CLEAR = 128;
const END = 129;
const LITERALS = 126;
const SUB_BLOCK = 255;
const TRAILER = Buffer.of(0x3b);

/** A GIF of about so many bytes that no other number has, in pieces.
 * @param {number} bytes @param {number} number */
export function gif(bytes, number) {
  const head = Buffer.concat([header(), comment(`bench ${number} ${process.pid} ${Date.now()}`)]);
  const frames = Math.max(1, round((bytes - head.length - 1) / FRAME.length, 0));
  const length = head.length + frames * FRAME.length + TRAILER.length;
  function* pieces() {
    yield head;
    for (let count = 0; count < frames; count += 1) yield FRAME;
    yield TRAILER;
  }
  return { length, frames, pieces };
}

function header() {
  const screen = Buffer.alloc(7);
  screen.writeUInt16LE(WIDTH, 0);
  screen.writeUInt16LE(HEIGHT, 2);
  screen[4] = 0x80 | (CODE_SIZE - 1);
  const palette = Buffer.from(Array.from({ length: COLOURS * 3 }, (_, index) => (index * 37) & 0xff));
  return Buffer.concat([Buffer.from("GIF89a"), screen, palette]);
}

/** @param {string} text */
function comment(text) {
  return Buffer.concat([Buffer.of(0x21, 0xfe), subBlocks(Buffer.from(text))]);
}

const FRAME = frame();

function frame() {
  const control = Buffer.of(0x21, 0xf9, 4, 0, 5, 0, 0, 0);
  const place = Buffer.alloc(10);
  place[0] = 0x2c;
  place.writeUInt16LE(WIDTH, 5);
  place.writeUInt16LE(HEIGHT, 7);
  return Buffer.concat([control, place, Buffer.of(CODE_SIZE), subBlocks(codes())]);
}

function codes() {
  const made = [];
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel += 1) {
    if (pixel % LITERALS === 0) made.push(CLEAR);
    made.push((pixel * 7919 + (pixel >> 5)) % COLOURS);
  }
  return Buffer.from([...made, END]);
}

/** @param {Buffer} data */
function subBlocks(data) {
  const parts = [];
  for (let at = 0; at < data.length; at += SUB_BLOCK) {
    const part = data.subarray(at, at + SUB_BLOCK);
    parts.push(Buffer.of(part.length), part);
  }
  return Buffer.concat([...parts, Buffer.of(0)]);
}
