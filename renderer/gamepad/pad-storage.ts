import { keep, readKept } from '../state/browser-storage.ts';
import { type PadSettings, usualPadSettings } from './gamepad-input.ts';

const storageKey = 'gatehouse.gamepad';
const largestDeadZone = 0.5;

/** What was chosen for the devices of this computer. */
export function loadPadSettings(): PadSettings {
  try {
    const stored: unknown = JSON.parse(readKept(storageKey) ?? 'null');
    if (typeof stored !== 'object' || stored === null) return usualPadSettings;
    const { deadZone, invertsTilt, buttons } = stored as Record<string, unknown>;
    const isZone = typeof deadZone === 'number' && deadZone >= 0 && deadZone <= largestDeadZone;
    return {
      deadZone: isZone ? deadZone : usualPadSettings.deadZone,
      invertsTilt: invertsTilt === true,
      buttons: buttons === 'tiles' ? 'tiles' : 'presets',
    };
  } catch {
    return usualPadSettings;
  }
}

export function savePadSettings(settings: PadSettings): void {
  keep(storageKey, JSON.stringify(settings));
}
