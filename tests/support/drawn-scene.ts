import { type PictureSample, samplePixels } from '../../renderer/playback/picture-sample.ts';

/** Pixels; small, so that hours of pictures are drawn in a moment. */
const [width, height] = [64, 36];

/** How one picture differs from the plain scene. */
export interface Drawing {
  /** Everything is so much brighter; 1 as it is. */
  readonly light?: number;
  /** Standard deviation of the sensor's noise, of 255. */
  readonly noise?: number;
  /** Something of a quarter of the picture's height is here, from 0 (left) to 1. */
  readonly walker?: number;
  /** Something that fills most of the picture passes by. */
  readonly lorry?: number;
  /** A glare, and where. */
  readonly headlights?: number;
  /** The picture of infrared light: without colour. */
  readonly night?: boolean;
  /** What is before the lens is so dark; null: nothing. */
  readonly cover?: number | null;
  /** From the left to the right edge it becomes so much brighter. */
  readonly relief?: number;
  /** How far the camera has turned: 1 is a picture's width. */
  readonly turn?: number;
  /** Time and name, written into the upper edge. */
  readonly text?: number;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function seededNumbers(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Walls, doors and lamps at random, three pictures wide; drawn as a decoder hands pictures over (I420). */
export class DrawnScene {
  readonly #random: () => number;
  readonly #day = new Float32Array(3 * width * height);
  readonly #night = new Float32Array(3 * width * height);
  readonly #hue: { readonly u: number; readonly v: number };
  readonly #data = new Uint8Array((width * height * 3) / 2);

  constructor(seed: number) {
    this.#random = seededNumbers(seed);
    const random = this.#random;
    this.#hue = { u: 100 + Math.round(random() * 16), v: 140 + Math.round(random() * 16) };
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < 3 * width; column++) {
        const at = row * 3 * width + column;
        this.#day[at] = 90 + (row / height) * 60;
        this.#night[at] = 40;
      }
    }
    for (let index = 0; index < 60; index++) {
      const [left, top] = [Math.floor(random() * 3 * width), Math.floor(random() * height)];
      const [across, down] = [2 + Math.floor(random() * 15), 2 + Math.floor(random() * 12)];
      const [day, night] = [30 + random() * 190, 20 + random() * 160];
      for (let row = top; row < Math.min(height, top + down); row++) {
        for (let column = left; column < Math.min(3 * width, left + across); column++) {
          this.#day[row * 3 * width + column] = day;
          this.#night[row * 3 * width + column] = night;
        }
      }
    }
  }

  draw(drawing: Drawing, at: number): PictureSample {
    const { night = false } = drawing;
    const data = this.#data;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        data[row * width + column] = Math.min(235, Math.max(16, this.#brightness(drawing, row, column)));
      }
    }
    const isGrey = night || (drawing.cover ?? null) !== null;
    data.fill(isGrey ? 128 : this.#hue.u, width * height, (width * height * 5) / 4);
    data.fill(isGrey ? 128 : this.#hue.v, (width * height * 5) / 4);
    const chroma = { stride: width / 2, step: 1, shrunk: 2 };
    const u = { ...chroma, offset: width * height };
    const v = { ...chroma, offset: (width * height * 5) / 4 };
    const luma = { offset: 0, stride: width, step: 1, shrunk: 1 };
    return samplePixels({ data, width, height, luma, colours: [u, v], neutral: 128 }, at);
  }

  #brightness(drawing: Drawing, row: number, column: number): number {
    const {
      light = 1,
      noise = 0,
      walker,
      lorry,
      headlights,
      night = false,
      cover = null,
      turn = 0,
    } = drawing;
    const grain = noise === 0 ? 0 : (this.#random() + this.#random() + this.#random() - 1.5) * 2 * noise;
    if (drawing.text !== undefined && row < 4 && column > 4 && column < 30)
      return (drawing.text * 31 + column * 7 + row * 3) % 11 < 4 ? 235 : 16;
    if (cover !== null) return cover + ((drawing.relief ?? 0) * column) / width + grain;
    const scene = night ? this.#night : this.#day;
    const shifted = Math.min(3 * width - 1, Math.max(0, Math.round(width + column + turn * width)));
    let value = (scene[row * 3 * width + shifted] ?? 0) * light;
    if (walker !== undefined) {
      const away = Math.abs(column / width - walker);
      if (away < 0.06 && row > height * 0.5 && row < height * 0.75) value = 40 + ((row * 13) % 90);
    }
    if (lorry !== undefined) {
      const along = column / width - lorry;
      if (along > -0.9 && along < 0 && row > height * 0.2)
        value = (Math.floor(along * 10) & 1) === 0 ? 200 : 90;
    }
    if (headlights !== undefined) {
      const [dx, dy] = [column / width - headlights, row / height - 0.6];
      value += 260 * Math.exp(-(dx * dx + dy * dy) * 12);
    }
    return value + grain;
  }
}
