import type { ContractRouterClient } from '@orpc/contract';
import type { contract } from '../../main/contract/contract.ts';

/** The engine's API, whatever carries it. */
export type EngineClient = ContractRouterClient<typeof contract>;
