import type { EngineClient } from '../link/engine-client.ts';
import type { DecodeCount } from './decode-count.ts';

/** This window's viewer in the engine, while there is one. */
export interface OpenViewer {
  readonly id: string;
  readonly client: EngineClient;
  /** How long its packets take to this window. */
  wayMilliseconds(): Promise<number>;
  countDecoding(): Promise<DecodeCount>;
}
