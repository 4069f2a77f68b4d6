import type { GatehouseError } from '../base/gatehouse-error.ts';
import { type CameraAddress, cameraError } from '../rtsp/camera-errors.ts';
import type { SoapFault } from './soap-message.ts';

/** Codes of the ONVIF core specification (section 5.8.2) that mean: not this user, or not this password. */
const refusals: ReadonlySet<string> = new Set([
  'NotAuthorized',
  'FailedAuthentication',
  'InvalidSecurityToken',
  'FailedCheck',
  'SenderNotAuthorized',
]);
/** What a device does not have, as opposed to what went wrong. */
const absences: ReadonlySet<string> = new Set([
  'ActionNotSupported',
  'OptionalActionNotImplemented',
  'NotImplemented',
  'NotSupported',
  'UnknownAction',
  'NoSuchService',
  'PTZNotSupported',
  'NoPTZProfile',
  'NoEntity',
  'NoImagingForSource',
  'MustUnderstand',
]);

export function isRefusal({ codes }: SoapFault): boolean {
  return codes.some((code) => refusals.has(code));
}

/** @param action what was asked for: `GetProfiles` */
export function faultError(address: CameraAddress, action: string, fault: SoapFault): GatehouseError {
  const words = fault.reason === '' ? fault.codes.join('/') || 'a fault without words' : `"${fault.reason}"`;
  if (fault.codes.some((code) => absences.has(code))) return notSupported(address, `${action} (${words})`);
  const sentence = `answered ${action} over ONVIF with ${words}. Try again; if it goes on, restart the camera.`;
  return cameraError('onvif-failed', address, sentence);
}

/** @param what it cannot do */
export function notSupported(address: CameraAddress, what: string): GatehouseError {
  const sentence = `does not support ${what} over ONVIF. Use the camera's own page for it.`;
  return cameraError('onvif-not-supported', address, sentence);
}

/** @param what verb and object: "answered with 302" */
export function onvifFailed(
  address: CameraAddress,
  what: string,
  advice = 'Check that ONVIF is switched on in the camera, and its port.',
  cause?: unknown,
): GatehouseError {
  return cameraError('onvif-failed', address, `${what}. ${advice}`, cause);
}

/** @param hasCredentials whether any were sent */
export function refusedOnvif(
  address: CameraAddress,
  action: string,
  hasCredentials: boolean,
): GatehouseError {
  const advice = hasCredentials
    ? 'Check user and password; many cameras have users of their own for ONVIF.'
    : 'Enter user and password; many cameras have users of their own for ONVIF.';
  const sentence = `refused ${action} over ONVIF. ${advice}`;
  return cameraError('camera-refused-credentials', address, sentence);
}

export function silentOnvif(address: CameraAddress, action: string, seconds: number): GatehouseError {
  const sentence = `did not answer ${action} over ONVIF within ${seconds} s. If it goes on, restart the camera.`;
  return cameraError('camera-silent', address, sentence);
}
