import { find, findAll, parseXml, textAt, type Xml, type XmlElement, xml } from '../base/xml.ts';

/** What a device answers instead of doing what it was asked for (SOAP 1.2 part 1, section 5.4). */
export interface SoapFault {
  /** Codes from the general to the particular, without prefixes: `Sender`, `NotAuthorized`. */
  readonly codes: readonly string[];
  /** In the words of the device; empty when it has none. */
  readonly reason: string;
}

export type SoapAnswer =
  | { readonly body: XmlElement; readonly fault: null }
  | { readonly body: null; readonly fault: SoapFault };

const maximumReasonCharacters = 200;

/** A SOAP 1.2 envelope with every prefix that the requests of this folder use. */
export function soapEnvelope(body: Xml, headers: readonly Xml[] = []): string {
  const header = headers.length === 0 ? null : xml`<s:Header>${headers}</s:Header>`;
  return xml`<?xml version="1.0" encoding="UTF-8"?>
<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" xmlns:timg="http://www.onvif.org/ver20/imaging/wsdl" xmlns:tev="http://www.onvif.org/ver10/events/wsdl">${header}<s:Body>${body}</s:Body></s:Envelope>`
    .text;
}

/**
 * Takes an answer apart: the one element in its body, or its fault. SOAP 1.1 faults are understood, too: cameras send them
 * to SOAP 1.2 requests.
 * @throws Error that says what is wrong with it
 */
export function parseSoap(text: string): SoapAnswer {
  const envelope = parseXml(text);
  if (envelope.name !== 'Envelope')
    throw new Error(`it is no SOAP envelope but <${envelope.name.slice(0, 40)}>`);
  const body = find(envelope, 'Body')?.elements[0];
  if (body === undefined) throw new Error('its body is empty');
  if (body.name !== 'Fault') return { body, fault: null };
  return { body: null, fault: { codes: codesOf(body), reason: reasonOf(body) } };
}

function codesOf(fault: XmlElement): string[] {
  const codes: string[] = [];
  let code = find(fault, 'Code');
  // A fault names two or three; more is nonsense.
  while (code !== undefined && codes.length < 5) {
    const value = textAt(code, 'Value');
    if (value !== undefined) codes.push(withoutPrefix(value));
    code = find(code, 'Subcode');
  }
  const older = textAt(fault, 'faultcode');
  return older === undefined ? codes : [...codes, withoutPrefix(older)];
}

function reasonOf(fault: XmlElement): string {
  const texts = findAll(find(fault, 'Reason'), 'Text').map(({ text }) => text);
  const reason = texts.find((text) => text !== '') ?? textAt(fault, 'faultstring') ?? '';
  return reason.replace(/\s+/g, ' ').slice(0, maximumReasonCharacters);
}

/** `ter:NotAuthorized` → `NotAuthorized` */
export function withoutPrefix(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1);
}
