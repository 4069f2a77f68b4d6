import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const lookMilliseconds = 1_000;

export function machineName(): string {
  const memory = Math.round(os.totalmem() / 1e9);
  return `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown'}, ${memory} GB, ${os.type()} ${os.release()}`;
}

/** How much of all cores is in use, by whomever: percent, over a second. */
export async function busyPercent(): Promise<number> {
  const before = coreTimes();
  await delay(lookMilliseconds);
  const after = coreTimes();
  return Math.round((1 - (after.idle - before.idle) / (after.all - before.all)) * 100);
}

function coreTimes(): { readonly idle: number; readonly all: number } {
  const cores = os.cpus().map(({ times }) => times);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    idle: sum(cores.map(({ idle }) => idle)),
    all: sum(cores.map(({ user, nice, sys, idle, irq }) => user + nice + sys + idle + irq)),
  };
}
