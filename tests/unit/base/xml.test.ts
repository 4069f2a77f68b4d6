import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { find, parseXml, textAt, xml } from '../../../main/base/xml.ts';
import { parseSoap, soapEnvelope } from '../../../main/onvif/soap-message.ts';

/** What an XML text can hold: no control characters, no lone surrogates; blanks at its ends do not count. */
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) =>
  value
    .toWellFormed()
    .replace(/[\p{Cc}\ufffe\uffff]/gu, '')
    .trim(),
);

describe('XML that is written and read again', () => {
  test('any text comes back as it was, in elements and in attributes', () => {
    fc.assert(
      fc.property(text, text, (inElement, inAttribute) => {
        const written = xml`<a b="${inAttribute}"><c>${inElement}</c></a>`.text;
        const read = parseXml(written);
        expect(textAt(read, 'c') ?? '').toBe(inElement);
        expect(read.attributes.get('b')).toBe(inAttribute);
      }),
    );
  });

  test('text stays text, whatever it looks like', () => {
    const read = parseXml(xml`<a>${'</a><b x="1">&amp;<![CDATA['}</a>`.text);
    expect(read).toMatchObject({ text: '</a><b x="1">&amp;<![CDATA[', elements: [] });
  });

  test('what XML cannot hold is left out', () => {
    expect(xml`<a>${'x\0y\u0008z\ud800'}</a>`.text).toBe('<a>xyz\ufffd</a>');
  });

  test('lists go in as they are, null and undefined leave nothing', () => {
    expect(xml`<a>${[xml`<b/>`, xml`<c/>`]}${null}${undefined}${1.5}${true}</a>`.text).toBe(
      '<a><b/><c/>1.5true</a>',
    );
  });
});

describe('reading XML', () => {
  test('values stay the strings that they are', () => {
    const read = parseXml('<a><m>1.10</m><n>007</n><o>1e5</o><p>0x10</p><q>true</q></a>');
    expect(read.elements.map((element) => element.text)).toEqual(['1.10', '007', '1e5', '0x10', 'true']);
  });

  test('prefixes do not matter, namespaces are kept', () => {
    const read = parseXml('<x:a xmlns:x="urn:1" xmlns="urn:2"><b x:c="d"/><y:e xmlns:y="urn:3"/></x:a>');
    expect([read.name, read.namespace]).toEqual(['a', 'urn:1']);
    expect(read.elements.map(({ name, namespace }) => [name, namespace])).toEqual([
      ['b', 'urn:2'],
      ['e', 'urn:3'],
    ]);
    expect([...(read.elements[0]?.attributes ?? [])]).toEqual([['c', 'd']]);
  });

  test('entities, numbers of characters and CDATA are text', () => {
    const read = parseXml('<a>&lt;&amp;&gt; &#65;&#x42; &unknown; <![CDATA[<&amp;>]]></a>');
    expect(read.text).toBe('<&> AB &unknown; <&amp;>');
    expect(parseXml('<a>&#0;&#x110000;</a>').text).toBe('&#0;&#x110000;');
  });

  test.each([
    ['nothing', ''],
    ['no XML', 'hello'],
    ['a tag without its end', '<a'],
    ['a document type', '<!DOCTYPE a><a/>'],
    ['a document type in capitals and blanks', '<! doctype a [<!ENTITY b "c">]><a>&b;</a>'],
    ['more than 64 levels', `${'<a>'.repeat(65)}${'</a>'.repeat(65)}`],
    ['more than 10,000 elements', `<a>${'<b/>'.repeat(20_001)}</a>`],
    ['more than 20,000 attributes', `<a ${'b="" '.repeat(20_001)}/>`],
    ['more than 20,000 entities', `<a>${'&amp;'.repeat(20_001)}</a>`],
    ['more than 1 MB', `<a>${'x'.repeat(1024 * 1024)}</a>`],
    ['a name that is a trap', '<a><__proto__><b/></__proto__></a>'],
  ])('%s is refused', (_, document) => {
    expect(() => parseXml(document)).toThrow();
  });

  test('64 levels are fine', () => {
    expect(parseXml(`${'<a>'.repeat(64)}${'</a>'.repeat(64)}`).name).toBe('a');
  });
});

const soap = [
  soapEnvelope(xml`<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>`),
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">Not &lt;you&gt;</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>',
  '<Envelope><Body><Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>no</faultstring></Fault></Body></Envelope>',
];

describe('SOAP', () => {
  test('a message comes back with what is in its body', () => {
    const { body } = parseSoap(soap[0] ?? '');
    expect(body?.name).toBe('GetCapabilities');
    expect(find(body ?? undefined, 'Category')?.text).toBe('All');
  });

  test('a fault has its codes from the general to the particular, and its words', () => {
    expect(parseSoap(soap[1] ?? '')).toEqual({
      body: null,
      fault: { codes: ['Sender', 'NotAuthorized'], reason: 'Not <you>' },
    });
    expect(parseSoap(soap[2] ?? '')).toEqual({ body: null, fault: { codes: ['Client'], reason: 'no' } });
  });

  test('a message that is cut off anywhere is read or refused with an Error', () => {
    for (const document of soap) {
      for (let end = 0; end < document.length; end++) {
        try {
          parseSoap(document.slice(0, end));
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
          expect(error).not.toBeInstanceOf(TypeError);
        }
      }
    }
  });
});
