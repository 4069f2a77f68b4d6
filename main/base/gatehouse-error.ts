import type { ErrorCode } from '../contract/error-codes.ts';

/**
 * The one error type that crosses module borders. The message is for the person who reads it: what failed, on which
 * camera and what to do next. Only the API layer turns it into an answer.
 */
export class GatehouseError extends Error {
  readonly code: ErrorCode;
  /** Name or address of the camera concerned, never with credentials. */
  readonly camera: string | undefined;

  constructor(code: ErrorCode, message: string, options: { camera?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.camera = options.camera;
  }

  /** Wraps anything that was thrown; a GatehouseError stays what it is. */
  static from(thrown: unknown, code: ErrorCode = 'internal'): GatehouseError {
    if (thrown instanceof GatehouseError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new GatehouseError(code, message, { cause: thrown });
  }
}
