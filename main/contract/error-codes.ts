/** Every way in which Gatehouse can fail, as one closed list: the console has a sentence for each of them. */
export const errorCodes = [
  'bad-input',
  'already-there',
  'not-found',
  'not-allowed',
  'not-signed-in',
  'limit-reached',
  'camera-unreachable',
  'camera-refused-credentials',
  'camera-protocol-error',
  'camera-no-video',
  'camera-codec-unsupported',
  'camera-silent',
  'camera-closed-connection',
  'onvif-failed',
  'onvif-not-supported',
  'camera-busy',
  'camera-transport-refused',
  'camera-certificate-untrusted',
  'viewer-failed',
  'database-failed',
  'disk-full',
  'port-in-use',
  'update-refused',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];
