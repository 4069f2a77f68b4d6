import { errorCode } from '../base/error-code.ts';
import { GatehouseError } from '../base/gatehouse-error.ts';
import type { CameraAddress } from '../rtsp/camera-errors.ts';
import { connectCamera } from '../rtsp/camera-socket.ts';
import type { Knock } from './findings.ts';

/** Connects to a port and hangs up, within 5 s. @throws the signal's reason when it is aborted */
export async function knockAt(address: CameraAddress, signal: AbortSignal): Promise<Knock> {
  const startedAt = performance.now();
  try {
    const { socket } = await connectCamera(address, null, signal);
    const elapsed = performance.now() - startedAt;
    socket.destroy();
    return { outcome: 'open', milliseconds: elapsed };
  } catch (error) {
    signal.throwIfAborted();
    return knockOf(errorCode(GatehouseError.from(error).cause));
  }
}

/** @param code of the socket; undefined: nothing happened in time */
export function knockOf(code: string | undefined): Knock {
  switch (code) {
    case undefined:
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return { outcome: 'unanswered' };
    case 'ECONNREFUSED':
    case 'ECONNRESET':
      return { outcome: 'refused' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { outcome: 'unknown-name' };
    default:
      return { outcome: 'failed', code };
  }
}
