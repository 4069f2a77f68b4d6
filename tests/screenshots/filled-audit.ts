import { randomUUID } from 'node:crypto';
import { Audit, gatehouse, person, stranger } from '../../main/audit/audit.ts';
import { createLog } from '../../main/base/log.ts';
import type { Store } from '../../main/store/store.ts';

const hour = 60 * 60_000;

/** A day of two guards, and of somebody who guesses. */
export function fillAudit(store: Store): void {
  let now = Date.now() - 8 * hour;
  using audit = new Audit({ store, log: createLog('silent'), now: () => now });
  const later = (minutes: number) => {
    now += minutes * 60_000;
  };
  const erika = person({ id: randomUUID(), name: 'Erika' }, '192.168.1.20');
  const otto = person({ id: randomUUID(), name: 'Otto' }, 'desktop');
  const about = ['Car park', 'Harbour', 'Corridor'].map((name) => ({ id: randomUUID(), name }));
  audit.write(gatehouse, { did: 'engine.started', details: { version: '0.1.0', lastRun: 'closed' } });
  later(2);
  audit.write(erika, {
    did: 'session.opened',
    about: [{ id: erika.who.id ?? '', name: 'Erika' }],
    details: { by: 'password' },
  });
  audit.write(erika, { did: 'picture.opened', about });
  later(40);
  for (let time = 0; time < 5; time++) {
    later(1);
    const tried = {
      did: 'session.opened',
      about: [{ id: randomUUID(), name: 'Owner' }],
      details: { by: 'password' },
    };
    audit.write(stranger('192.168.1.77'), { ...tried, outcome: 'sign-in-refused' });
  }
  later(30);
  const [first] = about;
  audit.write(otto, { did: 'events.acknowledge', details: { ids: [4, 5], note: 'The wind' } });
  audit.write(otto, {
    did: 'cameras.edit',
    about: about.slice(0, 1),
    details: { id: first?.id ?? '', name: 'Car park north', given: ['password'] },
  });
  later(55);
  audit.write(erika, { did: 'site.export', outcome: 'not-allowed', details: { given: ['passphrase'] } });
  audit.write(erika, {
    did: 'ptz.move',
    about: about.slice(1, 2),
    details: { cameraId: about[1]?.id ?? '' },
  });
  later(60);
  const times = { since: now - 2 * hour, until: now };
  audit.write(erika, {
    did: 'picture.closed',
    about,
    details: Object.fromEntries(about.map(({ id }) => [id, times])),
  });
}
