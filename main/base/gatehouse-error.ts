import type { CameraCertificate } from '../contract/camera.ts';
import type { ErrorCode } from '../contract/error-codes.ts';

/** One thing that is wrong with an input: the path to the field and what is wrong with its value. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * The one error type that crosses module borders. The message is for the person who reads it: what failed, on which
 * camera and what to do next. Only the API layer turns it into an answer.
 */
export class GatehouseError extends Error {
  readonly code: ErrorCode;
  /** Name or address of the camera concerned, never with credentials. */
  readonly camera: string | undefined;
  /** What is wrong with which field, when it is about an input. */
  readonly issues: readonly InputIssue[];
  /** What a person has to be asked about, with `camera-certificate-untrusted`. */
  readonly certificate: CameraCertificate | undefined;
  /** After so long it may be tried again, with `limit-reached`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      camera?: string;
      cause?: unknown;
      issues?: readonly InputIssue[];
      certificate?: CameraCertificate;
      retryAfterSeconds?: number;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatehouseError';
    this.code = code;
    this.camera = options.camera;
    this.issues = options.issues ?? [];
    this.certificate = options.certificate;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** What is wrong with one field. */
  static ofField(
    path: string,
    message: string,
    code: 'bad-input' | 'already-there' = 'bad-input',
  ): GatehouseError {
    return new GatehouseError(code, message, { issues: [{ path, message }] });
  }

  /** Does something with one part of an input: the paths of what is wrong with it begin with that of the part. */
  static within<Result>(part: string, work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      const { code, message, issues } = GatehouseError.from(thrown);
      const placed = issues.map((issue) => ({ ...issue, path: `${part}.${issue.path}` }));
      throw new GatehouseError(code, message, { cause: thrown, issues: placed });
    }
  }

  /** Wraps anything that was thrown; a GatehouseError stays what it is. */
  static from(thrown: unknown, code: ErrorCode = 'internal'): GatehouseError {
    if (thrown instanceof GatehouseError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new GatehouseError(code, message, { cause: thrown });
  }
}
