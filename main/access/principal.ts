import { type Permission, permissions } from '../contract/contract.ts';

/** Who calls. For now everybody who may open the console is the owner of this machine. */
export interface Principal {
  readonly kind: 'local-owner';
  readonly permissions: ReadonlySet<Permission>;
}

export const localOwner: Principal = { kind: 'local-owner', permissions: new Set(permissions) };
